#include "base/streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <format>
#include <string>

namespace stargate {

namespace {

std::atomic<int> output_error{0};  // the first, an errno

/// Writes all of it, or remembers why not; never fails towards its caller.
template <int descriptor>
ssize_t write_on(void*, const char* bytes, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t wrote = ::write(descriptor, bytes + done, size - done);
    if (wrote > 0) {
      done += static_cast<std::size_t>(wrote);
    } else if (wrote < 0 && errno != EINTR) {
      int none = 0;
      if constexpr (descriptor == STDOUT_FILENO) output_error.compare_exchange_strong(none, errno);
      break;
    }
  }
  return static_cast<ssize_t>(size);
}

template <int descriptor>
std::FILE* stream(int buffering) {
  std::FILE* made = ::fopencookie(nullptr, "w", {nullptr, &write_on<descriptor>, nullptr, nullptr});
  if (made) std::setvbuf(made, nullptr, buffering, std::size_t{1} << 16);
  return made;
}

}  // namespace

void guard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      // Opened the wrong way round: reading standard input and writing the others fail as they would have.
      [[maybe_unused]] const int taken = ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  std::signal(SIGXFSZ, SIG_IGN);
  if (auto* out = stream<STDOUT_FILENO>(::isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF)) stdout = out;
  if (auto* err = stream<STDERR_FILENO>(_IONBF)) stderr = err;
}

int flush_streams(int exit_code) {
  std::fflush(stdout);
  std::fflush(stderr);
  const int lost = output_error.load();
  if (lost == 0) return exit_code;
  const auto words = std::format("error: standard output could not be written: {}\n", std::strerror(lost));
  std::fputs(words.c_str(), stderr);
  return exit_code == 0 ? 1 : exit_code;
}

}  // namespace stargate
