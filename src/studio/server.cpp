#include "studio/server.h"

#include <httplib.h>
#include <studio_page.h>

#include <format>
#include <nlohmann/json.hpp>
#include <thread>

#include "answers/commands.h"
#include "base/files.h"
#include "studio/jobs.h"
#include "studio/store.h"
#include "studio/tables.h"

namespace stargate::studio {

using nlohmann::json;

namespace {

constexpr std::size_t most_body = std::size_t{8} << 20;
constexpr int server_threads = 96;  // long polls hold one each (Jobs lets 64 wait); the rest answer at once

constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

bool is_loopback(const std::string& host) { return host == "127.0.0.1" || host == "localhost" || host == "::1"; }

std::string_view page_file(std::string_view name) {
  const auto found = embedded_studio().find(name);
  return found == embedded_studio().end() ? std::string_view() : found->second;
}

void send(httplib::Response& response, const json& value, int status = 200) {
  response.status = status;
  response.set_content(value.dump(-1, ' ', false, json::error_handler_t::replace), "application/json");
}

json scenario_json(const Scenario& s) {
  return {{"id", s.id}, {"parent", s.parent}, {"name", s.name}, {"revision", s.revision}, {"can_undo", s.can_undo}};
}

json run_json(const RunRecord& r) {
  return {{"id", r.id},           {"scenario", r.scenario},   {"revision", r.revision},   {"command", r.command},
          {"arguments", json::parse(r.arguments, nullptr, false)}, {"state", to_string(r.state)},
          {"exit_code", r.exit_code}, {"error", r.error},     {"has_plan", !r.folder.empty()}};
}

json command_json(const Command& c) {
  json options = json::array();
  for (const auto& o : c.options)
    options.push_back({{"name", option_name(o)}, {"about", o.about}, {"unit", o.unit}, {"kind", o.kind.name},
                       {"choices", o.choices}, {"required", o.required}, {"standard", o.standard}, {"repeats", o.repeats},
                       {"lowest", o.lowest ? json(*o.lowest) : json()}, {"highest", o.highest ? json(*o.highest) : json()}});
  json tables = json::array();
  for (const auto& t : c.tables) {
    json columns = json::array();
    for (const auto& column : t.columns) columns.push_back({{"name", column.name}, {"unit", column.unit}, {"about", column.about}});
    tables.push_back({{"name", t.name}, {"about", t.about}, {"single", t.single}, {"columns", columns}});
  }
  return {{"name", c.name}, {"about", c.about}, {"options", options}, {"tables", tables}};
}

std::string name_of(const json& body) {
  const auto name = body.value("name", std::string());
  if (name.empty() || name.size() > 200) throw InputError({"name", 0, 0}, "a name has 1 to 200 bytes");
  return name;
}

class Routes {
 public:
  Routes(httplib::Server& server, const ServerOptions& options, Store& store, Jobs& jobs)
      : server_(server), options_(options), store_(store), jobs_(jobs) {
    guard();
    pages();
    scenarios();
    tables();
    runs();
  }

 private:
  using Request = httplib::Request;
  using Response = httplib::Response;

  /// Wraps a handler: bad input becomes 400 with its places, anything else 500 with one plain sentence.
  template <class Handler>
  auto safely(Handler handler) {
    return [handler](const Request& request, Response& response) {
      try {
        handler(request, response);
      } catch (const InputError& error) {
        json all = json::array();
        for (const auto& d : error.diagnostics())
          all.push_back({{"place", d.place.file}, {"line", d.place.line}, {"message", d.message}, {"hint", d.hint}});
        send(response, {{"errors", all}}, 400);
      } catch (const json::exception&) {
        send(response, {{"errors", {{{"place", "request"}, {"line", 0}, {"message", "the body is not the JSON that is expected"}, {"hint", ""}}}}}, 400);
      } catch (const std::exception& error) {
        send(response, {{"errors", {{{"place", "studio"}, {"line", 0}, {"message", error.what()}, {"hint", ""}}}}}, 500);
      }
    };
  }
  static json body_of(const Request& request) {
    // A body nested deeper than any that the page sends is refused before it is built.
    int depth = 0;
    for (const char c : request.body) {
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
      if (depth > 16) throw InputError({"request", 0, 0}, "the body is nested too deep", "at most 16");
    }
    return json::parse(request.body);
  }
  static std::int64_t id_of(const Request& request) { return std::stoll(request.matches[1].str()); }

  bool has_token(const Request& request) const {
    if (options_.token.empty()) return true;
    const auto equal = [&](std::string_view given) {  // in the same time wherever they differ
      unsigned differ = given.size() == options_.token.size() ? 0 : 1;
      for (std::size_t i = 0; i < options_.token.size(); ++i)
        differ |= static_cast<unsigned char>(options_.token[i] ^ (i < given.size() ? given[i] : 0));
      return differ == 0;
    };
    if (equal(request.get_param_value("token"))) return true;
    const auto cookies = request.get_header_value("Cookie");
    const auto at = cookies.find("stargate=");
    if (at != std::string::npos && equal(cookies.substr(at + 9, cookies.find(';', at) - at - 9))) return true;
    const auto bearer = request.get_header_value("Authorization");
    return bearer.starts_with("Bearer ") && equal(std::string_view(bearer).substr(7));
  }

  /// Before any handler: the token, the host that was asked for, and the header that only this page sends.
  void guard() {
    server_.set_pre_routing_handler([this](const Request& request, Response& response) {
      response.set_header("Content-Security-Policy", policy);
      response.set_header("X-Content-Type-Options", "nosniff");
      response.set_header("Referrer-Policy", "no-referrer");
      response.set_header("Cache-Control", "no-store");
      const auto refuse = [&](int status, const char* why) {
        send(response, {{"errors", {{{"place", "studio"}, {"line", 0}, {"message", why}, {"hint", ""}}}}}, status);
        return httplib::Server::HandlerResponse::Handled;
      };
      auto host = request.get_header_value("Host");
      if (const auto colon = host.rfind(':'); colon != std::string::npos && !host.ends_with(']')) host.erase(colon);
      if (is_loopback(options_.host) && !is_loopback(host) && host != "[::1]") return refuse(403, "this host is not the studio's");
      if (!has_token(request)) return refuse(401, "the token is missing or wrong");
      if (!options_.token.empty() && request.has_param("token"))
        response.set_header("Set-Cookie", std::format("stargate={}; HttpOnly; SameSite=Strict; Path=/", options_.token));
      if (request.method != "GET" && request.method != "HEAD" && request.get_header_value("X-Stargate") != "1")
        return refuse(403, "the header X-Stargate is missing");
      return httplib::Server::HandlerResponse::Unhandled;
    });
    server_.set_error_handler([](const Request&, Response& response) {
      if (response.body.empty())
        send(response, {{"errors", {{{"place", "studio"}, {"line", 0},
                                     {"message", response.status == 413   ? "the request is too large"
                                                 : response.status == 404 ? "there is nothing at this address"
                                                                          : "the request cannot be read"},
                                     {"hint", ""}}}}},
             response.status);
    });
  }

  void pages() {
    for (const auto& [path, file, kind] : std::initializer_list<std::tuple<const char*, const char*, const char*>>{
             {"/", "page.html", "text/html; charset=utf-8"},
             {"/studio.css", "style.css", "text/css; charset=utf-8"},
             {"/studio.js", "studio.js", "text/javascript; charset=utf-8"},
             {"/tables.js", "tables.js", "text/javascript; charset=utf-8"},
             {"/runs.js", "runs.js", "text/javascript; charset=utf-8"},
             {"/elements.js", "elements.js", "text/javascript; charset=utf-8"}})
      server_.Get(path, [file, kind](const Request&, Response& response) {
        response.set_content(std::string(page_file(file)), kind);
      });
    server_.Get("/api/commands", safely([](const Request&, Response& response) {
      json all = json::array();
      for (const auto& c : commands()) all.push_back(command_json(c));
      send(response, all);
    }));
    server_.Get("/api/news", safely([this](const Request& request, Response& response) {
      const auto number = [&](const char* name) {
        return request.has_param(name) ? std::strtod(request.get_param_value(name).c_str(), nullptr) : 0.0;
      };
      send(response, jobs_.wait(static_cast<std::int64_t>(number("after")), std::clamp(number("wait"), 0.0, 25.0)));
    }));
  }

  void scenarios() {
    server_.Get("/api/scenarios", safely([this](const Request&, Response& response) {
      json all = json::array();
      for (const auto& s : store_.scenarios()) all.push_back(scenario_json(s));
      send(response, all);
    }));
    server_.Post("/api/scenarios", safely([this](const Request& request, Response& response) {
      const auto body = body_of(request);
      ProgrammeFiles files;
      if (const auto given = body.find("files"); given != body.end()) {  // an imported folder: name -> contents
        const auto known = read_programme_files({});
        for (const auto& [name, bytes] : given->items()) {
          if (name != "programme.toml" && !(name.ends_with(".csv") && name.find_first_of("/\\") == std::string::npos))
            throw InputError({name.substr(0, 80), 0, 0}, "this is no file of a programme", "programme.toml and its tables as CSV");
          files.emplace(name, bytes.get<std::string>());
        }
      }
      const auto parent = files.empty() ? body.at("parent").get<std::int64_t>() : 0;
      const auto id = store_.add_scenario(name_of(body), parent, files);
      jobs_.tell();
      send(response, scenario_json(store_.scenario(id)));
    }));
    server_.Get(R"(/api/scenarios/(\d{1,15}))", safely([this](const Request& request, Response& response) {
      const auto s = store_.scenario(id_of(request));
      auto out = overview(store_.files(s.revision));
      out["scenario"] = scenario_json(s);
      send(response, out);
    }));
    server_.Get(R"(/api/scenarios/(\d{1,15})/files)", safely([this](const Request& request, Response& response) {
      send(response, store_.files(store_.scenario(id_of(request)).revision));
    }));
    server_.Post(R"(/api/scenarios/(\d{1,15})/undo)", safely([this](const Request& request, Response& response) {
      const bool undone = store_.undo(id_of(request));
      jobs_.tell();
      send(response, {{"undone", undone}});
    }));
    server_.Post(R"(/api/scenarios/(\d{1,15})/name)", safely([this](const Request& request, Response& response) {
      store_.rename(store_.scenario(id_of(request)).id, name_of(body_of(request)));
      jobs_.tell();
      send(response, scenario_json(store_.scenario(id_of(request))));
    }));
  }

  void tables() {
    server_.Get(R"(/api/scenarios/(\d{1,15})/tables/([a-z_]{1,60}))", safely([this](const Request& request, Response& response) {
      const auto s = store_.scenario(id_of(request));
      auto out = table_of(store_.files(s.revision), request.matches[2].str());
      out["revision"] = s.revision;
      send(response, out);
    }));
    server_.Post(R"(/api/scenarios/(\d{1,15})/changes)", safely([this](const Request& request, Response& response) {
      const auto body = body_of(request);
      const auto s = store_.scenario(id_of(request));
      const auto before = body.at("revision").get<std::int64_t>();
      const auto files = changed(store_.files(before), read_changes(body.at("changes")));
      const auto revision = store_.save(s.id, before, files, "edited");
      if (!revision) return send(response, {{"conflict", true}, {"revision", s.revision}}, 409);
      jobs_.tell();
      send(response, {{"revision", *revision}, {"problems", problems(files)}});
    }));
  }

  void runs() {
    server_.Get("/api/runs", safely([this](const Request&, Response& response) {
      json all = json::array();
      for (const auto& r : store_.runs()) all.push_back(run_json(r));
      send(response, all);
    }));
    server_.Post("/api/runs", safely([this](const Request& request, Response& response) {
      const auto body = body_of(request);
      Arguments arguments;
      if (const auto given = body.find("arguments"); given != body.end()) arguments = given->get<Arguments>();
      send(response, {{"id", jobs_.ask(body.at("scenario").get<std::int64_t>(), body.at("command").get<std::string>(), arguments)}});
    }));
    server_.Post(R"(/api/runs/(\d{1,15})/cancel)", safely([this](const Request& request, Response& response) {
      jobs_.cancel(id_of(request));
      send(response, {{"asked", true}});
    }));
    server_.Get(R"(/api/runs/(\d{1,15}))", safely([this](const Request& request, Response& response) {
      const auto r = store_.run(id_of(request));
      auto out = run_json(r);
      out["answer"] = r.answer.empty() ? json() : json::parse(r.answer);
      out["text"] = r.text;
      send(response, out);
    }));
    server_.Get(R"(/api/runs/(\d{1,15})/report)", safely([this](const Request& request, Response& response) {
      const auto r = store_.run(id_of(request));
      const auto page = std::filesystem::path(r.folder) / "report.html";
      if (r.folder.empty() || !std::filesystem::exists(page))
        throw InputError({"studio", 0, 0}, "this run has no plan to draw");
      response.headers.erase("Content-Security-Policy");  // the report carries its own, which names its script's digest
      response.set_content(read_file(page), "text/html; charset=utf-8");
    }));
  }

  httplib::Server& server_;
  const ServerOptions& options_;
  Store& store_;
  Jobs& jobs_;
};

}  // namespace

void serve(const ServerOptions& options, const std::function<void(const std::string&)>& ready,
           const std::function<bool()>& stop) {
  if (!is_loopback(options.host) && options.token.size() < 16)
    throw InputError({"--host " + options.host, 0, 0}, "this address can be reached from elsewhere, and there is no token",
                     "--token with at least 16 characters, or leave --host out");
  Store store(options.workspace);
  if (store.scenarios().empty()) {
    const auto files = read_programme_files(options.programme);
    store.add_scenario(options.programme.empty() ? "Default programme" : std::filesystem::path(options.programme).filename().string(), 0, files);
  }
  Jobs jobs(store, options.threads);
  httplib::Server server;
  server.new_task_queue = [] { return new httplib::ThreadPool(server_threads); };
  server.set_payload_max_length(most_body);
  server.set_read_timeout(20, 0);
  server.set_write_timeout(20, 0);
  server.set_keep_alive_timeout(30);
  const Routes routes(server, options, store, jobs);

  int port = options.port;
  if (port == 0)
    port = server.bind_to_any_port(options.host);
  else if (!server.bind_to_port(options.host, port))
    port = -1;
  if (port < 0) throw std::runtime_error(std::format("cannot listen on {} port {}: is another program there?", options.host, options.port));
  ready(std::format("http://{}:{}/", options.host, port));
  const std::jthread watch([&](const std::stop_token& ended) {
    while (!ended.stop_requested() && !stop()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    jobs.tell();
    server.stop();
  });
  server.listen_after_bind();
}

}  // namespace stargate::studio
