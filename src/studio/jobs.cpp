#include "studio/jobs.h"

#include <algorithm>
#include <format>

#include "answers/commands.h"
#include "base/files.h"

namespace stargate::studio {

using nlohmann::json;

namespace {

constexpr int most_waiters = 64;  // each holds a thread of the server; more are answered at once and ask again

/// A page names scenarios and runs, never places on the disk.
void refuse_paths(const Command& command, const Arguments& arguments) {
  for (const auto& [name, values] : arguments)
    for (const auto& value : values) {
      const bool reads_programme = name == "set" || name == "scale" || name == "forbid" || name == "force";
      if (!reads_programme && (value.find_first_of("/\\~") != std::string::npos || value.starts_with('.')))
        throw InputError({"stargate " + command.name, 0, 0}, std::format("{} names a place on the disk", name),
                         "the studio reads and writes inside its workspace only");
    }
  for (const auto* name : {"dir", "plan", "out"})
    if (arguments.contains(name))
      throw InputError({"stargate " + command.name, 0, 0}, std::format("{} is the studio's to give", name));
}

bool takes(const Command& command, std::string_view name) {
  return std::ranges::any_of(command.options, [&](const OptionSpec& o) { return option_name(o) == name; });
}

}  // namespace

Jobs::Jobs(Store& store, unsigned threads) : store_(store), threads_(threads) {
  store_.bury_unfinished();
  worker_ = std::jthread([this] { work(); });
}

Jobs::~Jobs() {
  end_ = true;
  stop_ = true;
  changed_.notify_all();
  waiting_.notify_all();
}

std::int64_t Jobs::ask(std::int64_t scenario, const std::string& name, const Arguments& arguments) {
  const auto* command = find_command(name);
  if (!command) {
    std::vector<std::string> names;
    for (const auto& c : commands()) names.push_back(c.name);
    throw InputError({"studio", 0, 0}, std::format("there is no command '{}'", name.substr(0, 80)), name_hint(name, names));
  }
  refuse_paths(*command, arguments);
  const auto id = store_.add_run(scenario, name, json(arguments).dump());
  const std::scoped_lock lock(mutex_);
  queue_.push_back(id);
  ++at_;
  changed_.notify_all();
  waiting_.notify_all();
  return id;
}

void Jobs::cancel(std::int64_t run) {
  const std::scoped_lock lock(mutex_);
  if (run == running_)
    stop_ = true;
  else if (std::erase(queue_, run) > 0)
    store_.set_state(run, RunState::cancelled);
  ++at_;
  waiting_.notify_all();
}

void Jobs::tell() {
  const std::scoped_lock lock(mutex_);
  ++at_;
  waiting_.notify_all();
}

json Jobs::wait(std::int64_t after, double seconds) {
  std::unique_lock lock(mutex_);
  if (at_ <= after && waiters_ < most_waiters) {
    ++waiters_;
    waiting_.wait_for(lock, std::chrono::duration<double>(seconds), [&] { return at_ > after || end_; });
    --waiters_;
  }
  return {{"at", at_}, {"running", progress_}};
}

void Jobs::work() {
  for (;;) {
    std::int64_t id = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return end_ || !queue_.empty(); });
      if (end_) return;
      id = running_ = queue_.front();
      queue_.pop_front();
      stop_ = false;
      progress_ = {{"run", id}, {"stage", "begins"}, {"share", -1}, {"note", ""}, {"seconds", 0}};
      ++at_;
    }
    waiting_.notify_all();
    run_one(id);
    {
      const std::scoped_lock lock(mutex_);
      running_ = 0;
      progress_ = json();
      ++at_;
    }
    waiting_.notify_all();
  }
}

void Jobs::run_one(std::int64_t id) {
  auto record = store_.run(id);
  store_.set_state(id, RunState::running);
  try {
    const auto& command = *find_command(record.command);
    auto arguments = json::parse(record.arguments).get<Arguments>();
    const auto place = store_.folder() / "runs" / std::to_string(id);
    if (takes(command, "dir")) {
      for (const auto& [name, bytes] : store_.files(record.revision)) write_file(place / "programme" / name, bytes);
      arguments["dir"] = {(place / "programme").string()};
    }
    if (takes(command, "out") && takes(command, "dir")) {
      record.folder = (place / "plan").string();
      arguments["out"] = {record.folder};
    }
    if (takes(command, "plan")) {
      for (const auto& other : store_.runs())  // newest first
        if (other.scenario == record.scenario && !other.folder.empty() && other.state == RunState::done) {
          arguments["plan"] = {other.folder};
          break;
        }
      if (!arguments.contains("plan"))
        throw InputError({"studio", 0, 0}, "this scenario has no plan yet", "ask for a plan first");
    }
    Progress progress([this, id](const Progress::Event& e) {
      const std::scoped_lock lock(mutex_);
      progress_ = {{"run", id}, {"stage", e.stage}, {"share", e.share}, {"note", e.note}, {"seconds", e.seconds}};
      ++at_;
      waiting_.notify_all();
    });
    Run run{progress, [this] { return stop_.load(std::memory_order_relaxed); }, threads_};
    const auto answer = command.answer(arguments, run);
    record.answer = to_json(answer).dump(-1, ' ', false, json::error_handler_t::replace);
    record.text = text(answer);
    record.exit_code = static_cast<int>(answer.termination.exit_code());
    record.state = RunState::done;
  } catch (const InputError& error) {
    for (const auto& d : error.diagnostics()) record.error += to_string(d) + "\n";
    record.exit_code = static_cast<int>(Exit::bad_input);
    record.state = RunState::failed;
  } catch (const std::exception& error) {
    record.error = error.what();
    record.exit_code = static_cast<int>(Exit::failed);
    record.state = RunState::failed;
  }
  store_.finish(record);
}

}  // namespace stargate::studio
