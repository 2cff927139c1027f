#include "base/progress.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <format>
#include <print>

namespace stargate {

namespace {
std::atomic<bool> stop_asked{false};

void on_interrupt(int) {
  if (stop_asked.exchange(true)) std::_Exit(130);
}
}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return stop_asked.load(std::memory_order_relaxed); }

Progress::Progress(bool quiet)
    : quiet_(quiet),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(std::chrono::steady_clock::now()),
      stage_start_(start_) {}

Progress::Progress(std::function<void(const Event&)> listener) : Progress(true) {
  listener_ = std::move(listener);
  quiet_ = false;
}

Progress::~Progress() { finish_line(); }

double Progress::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Progress::stage(std::string_view name) {
  if (quiet_) return;
  finish_line();
  stage_ = name;
  stage_start_ = std::chrono::steady_clock::now();
  last_draw_ = {};
  if (listener_) return listener_({seconds(), -1, stage_, {}});
  if (terminal_)
    draw(std::format("{:>6.1f} s  {}", seconds(), stage_));
  else
    std::println(stderr, "{:>6.1f} s  {}", seconds(), stage_);
}

void Progress::update(double share, std::string_view note) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  // A pipe hears from the work every half minute, beginning half a minute after the stage began.
  if (!terminal_ && !listener_ && last_draw_ == std::chrono::steady_clock::time_point{}) last_draw_ = stage_start_;
  const auto pause = terminal_ || listener_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(30'000);
  if (now - last_draw_ < pause) return;
  last_draw_ = now;
  if (listener_) return listener_({seconds(), share, stage_, note});
  std::string text = std::format("{:>6.1f} s  {}", seconds(), stage_);
  if (share > 0) {
    const double spent = std::chrono::duration<double>(now - stage_start_).count();
    text += std::format("  {:.0f} %, {} left", 100 * share, duration_text(spent * (1 - share) / share));
  }
  if (!note.empty()) text += std::format("  {}", note);
  if (terminal_)
    draw(text);
  else
    std::println(stderr, "{}", text);
}

void Progress::draw(std::string_view text) {
  std::print(stderr, "\r\x1b[K{}", text);
  std::fflush(stderr);
  drawn_ = true;
}

void Progress::finish_line() {
  if (drawn_) std::println(stderr, "");
  drawn_ = false;
}

std::string duration_text(double seconds) {
  if (seconds < 60) return std::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 3600) return std::format("{} m {:02} s", whole / 60, whole % 60);
  return std::format("{} h {:02} m", whole / 3600, whole % 3600 / 60);
}

}  // namespace stargate
