// fuzz FORMAT CORPUS [--inputs N] [--seconds S] [--seed K]: hands N changed files of the corpus to the reader of FORMAT,
// each after a minute at most; what makes it throw anything but bad input, crash, or run for ten seconds is written to
// fault-FORMAT and ends the program with exit code 1. `fuzz formats` lists what FORMAT may be.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <format>
#include <print>
#include <span>

#include "base/files.h"
#include "base/random.h"
#include "base/text.h"
#include "formats.h"

namespace {

using namespace stargate;

std::string current_input, current_format;

void fault(const char* why) {
  std::println(stderr, "{}: {}; the input is in fault-{}", current_format, why, current_format);
  if (std::FILE* file = std::fopen(("fault-" + current_format).c_str(), "wb")) {
    std::fwrite(current_input.data(), 1, current_input.size(), file);
    std::fclose(file);
  }
  std::_Exit(1);
}
void on_signal(int number) { fault(number == SIGALRM ? "runs for more than ten seconds" : "crashes"); }

class Changer {
 public:
  Changer(std::vector<std::string> corpus, std::uint64_t seed) : corpus_(std::move(corpus)), random_(seed, 0) {}

  std::string next() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t changes = 1 + below(6); changes > 0; --changes) change(text);
    return text;
  }

 private:
  std::size_t below(std::size_t n) {
    return random_.below(n);
  }

  void change(std::string& text) {
    static constexpr std::string_view tokens[] = {
        "1e308", "-1e308", "nan", "inf", "1e20", "99999999999999999999", "-1", "0", "1e-320", "\"", "'", ",", ";", "\n",
        "\r\n", "[", "]", "{", "}", "[[", "=", ".", "..", "\t", "#", "%", "<", ">", "&", "\xEF\xBB\xBF", "\xff", "1,5",
        "2025-02-30", "9999-99-99", "true", "=1+1", "%T", "%F", "%R", "]]>", "<!--", "&#0;", "mpc.bus = [", "PT9999999H"};
    const std::size_t at = text.empty() ? 0 : below(text.size());
    switch (below(9)) {
      case 0:
        if (!text.empty()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:
        if (!text.empty()) text[at] = static_cast<char>(below(256));
        break;
      case 2:
        text.insert(at, 1, static_cast<char>(below(256)));
        break;
      case 3:
        text.erase(at, 1 + below(std::min<std::size_t>(text.size() - at + 1, 64)));
        break;
      case 4:
        text.insert(at, tokens[below(std::size(tokens))]);
        break;
      case 5: {  // a number or a word in place of another
        const auto end = text.find_first_of(",; \t\r\n\"<>=]", at);
        if (end != std::string::npos) text.replace(at, end - at, tokens[below(std::size(tokens))]);
        break;
      }
      case 6:
        text.resize(at);
        break;
      case 7: {  // a piece of another file
        const auto& other = corpus_[below(corpus_.size())];
        if (other.empty()) break;
        const std::size_t from = below(other.size());
        text.insert(at, other, from, 1 + below(200));
        break;
      }
      default:  // a piece twice
        if (!text.empty()) text.insert(at, text.substr(at, 1 + below(100)));
    }
  }

  std::vector<std::string> corpus_;
  Random random_;
};

struct Options {
  long long inputs = 1'000'000'000;
  double seconds = 60;
  std::uint64_t seed = 1;
};

void run(const std::string& format, const std::filesystem::path& folder, const Options& options) {
  std::vector<std::string> corpus;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().filename() != "README.md") {
      std::FILE* file = std::fopen(entry.path().c_str(), "rb");
      std::string bytes(static_cast<std::size_t>(entry.file_size()), '\0');
      bytes.resize(std::fread(bytes.data(), 1, bytes.size(), file));
      std::fclose(file);
      corpus.push_back(std::move(bytes));
    }
  std::ranges::sort(corpus);
  if (corpus.empty()) throw std::runtime_error(folder.string() + " holds no files");
  current_format = format;
  const auto began = std::chrono::steady_clock::now();
  const auto try_one = [&] {
    ::alarm(10);
    try {
      fuzz::read(format, current_input);
    } catch (const std::exception& error) {
      fault(error.what());
    }
    ::alarm(0);
  };
  long long tried = 0;
  for (const auto& bytes : corpus) current_input = bytes, try_one(), ++tried;
  Changer changer(corpus, options.seed);
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(); };
  for (; tried < options.inputs && seconds() < options.seconds; ++tried) current_input = changer.next(), try_one();
  std::println("{}: {} inputs from {} files in {:.0f} s, no fault", format, tried, corpus.size(), seconds());
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
  if (argc == 2 && std::string_view(arguments[1]) == "formats") {
    for (const auto& format : fuzz::formats()) std::println("{}", format);
    return 0;
  }
  if (argc < 3) {
    std::println(stderr, "fuzz formats | fuzz FORMAT CORPUS [--inputs N] [--seconds S] [--seed K]");
    return 2;
  }
  Options options;
  for (std::size_t i = 3; i + 1 < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const auto value = parse_number(arguments[i + 1]).value_or(0);
    if (name == "--inputs") options.inputs = static_cast<long long>(value);
    if (name == "--seconds") options.seconds = value;
    if (name == "--seed") options.seed = static_cast<std::uint64_t>(value);
  }
  for (const int number : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL, SIGALRM}) std::signal(number, on_signal);
  try {
    const std::filesystem::path corpus = arguments[2];
    run(arguments[1], corpus, options);
  } catch (const std::exception& error) {
    std::println(stderr, "error: {}", error.what());
    return 1;
  }
}
