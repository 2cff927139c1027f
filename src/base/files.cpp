#include "base/files.h"

#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <format>
#include <memory>

#include "base/diagnostics.h"

namespace stargate {
namespace fs = std::filesystem;

namespace {
[[noreturn]] void fail(const fs::path& path, std::string_view doing, std::string_view why) {
  throw InputError(Place{path.string(), 0, 0}, std::format("cannot {}: {}", doing, why));
}
}  // namespace

std::string read_file(const fs::path& path, std::size_t most_bytes) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail(path, "read", "it is a folder, a file was expected");
  // gzopen reads plain files as they are, but only what is named .gz may be packed.
  const auto close = [](gzFile f) { gzclose(f); };
  errno = 0;
  const std::unique_ptr<gzFile_s, decltype(close)> file(gzopen(path.c_str(), "rb"), close);
  if (!file) fail(path, "read", errno ? std::strerror(errno) : "out of memory");
  if (path.extension() != ".gz" && !gzdirect(file.get())) fail(path, "read", "it is packed, name it .gz");
  gzbuffer(file.get(), 1U << 18);
  std::string contents;
  std::size_t used = 0;
  while (true) {
    const std::size_t room = std::max<std::size_t>(used, std::size_t{1} << 18);
    contents.resize(used + room);
    const int got =
        gzread(file.get(), contents.data() + used, static_cast<unsigned>(std::min(room, std::size_t{1} << 28)));
    int code = Z_OK;
    const char* message = gzerror(file.get(), &code);
    if (got < 0) fail(path, "read", code == Z_ERRNO ? std::strerror(errno) : message);
    used += static_cast<std::size_t>(got);
    if (used > most_bytes) fail(path, "read", std::format("it holds more than {} bytes", most_bytes));
    if (got == 0) {
      if (code == Z_BUF_ERROR) fail(path, "read", "the packed data ends too early");
      break;
    }
  }
  contents.resize(used);
  return contents;
}

void write_file(const fs::path& path, std::string_view contents) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) fail(path.parent_path(), "make the folder", error.message());
  const fs::path part = path.string() + ".part";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(part.c_str(), "wb"), std::fclose);
  if (!file) fail(part, "write", std::strerror(errno));
  if (std::fwrite(contents.data(), 1, contents.size(), file.get()) != contents.size() || std::fflush(file.get()) != 0) {
    const std::string why = std::strerror(errno);
    fs::remove(part, error);
    fail(part, "write", why);
  }
  fs::rename(part, path, error);
  if (error) fail(path, "rename into place", error.message());
}

}  // namespace stargate
