#include "base/files.h"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <format>
#include <memory>

#include "base/diagnostics.h"

namespace stargate {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_to_read(const fs::path& path, std::string_view why) {
  throw InputError(Place{path.string(), 0, 0}, std::format("cannot read: {}", why));
}

/// A file descriptor that closes itself.
struct Descriptor {
  int fd = -1;
  explicit Descriptor(int opened) : fd(opened) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  /// The error number, or 0.
  int close() {
    const int failed = ::close(std::exchange(fd, -1));
    return failed != 0 ? errno : 0;
  }
};

/// Writes all of it; the error number, or 0.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return 0;
}

/// Pipes and some file systems cannot be flushed, and say so with these.
int flush(int fd) { return ::fsync(fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno; }

std::string unforeseeable_name(std::string_view stem) {
  std::uint64_t number = 0;
  for (std::size_t have = 0; have < sizeof number;) {
    const ssize_t got = ::getrandom(reinterpret_cast<char*>(&number) + have, sizeof number - have, 0);
    if (got > 0) have += static_cast<std::size_t>(got);
  }
  return std::format(".{}-{:016x}", stem, number);
}

void make_folder_of(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error && !fs::is_directory(path.parent_path()))
    fail_to_write(path.parent_path(), "make the folder", error.value());
}

}  // namespace

std::string read_file(const fs::path& path, std::size_t most_bytes) {
  std::error_code error;
  if (fs::is_directory(path, error)) fail_to_read(path, "it is a folder, a file was expected");
  // gzopen reads plain files as they are, but only what is named .gz may be packed.
  const auto close = [](gzFile f) { gzclose(f); };
  errno = 0;
  const std::unique_ptr<gzFile_s, decltype(close)> file(gzopen(path.c_str(), "rb"), close);
  if (!file) fail_to_read(path, errno ? std::strerror(errno) : "out of memory");
  if (path.extension() != ".gz" && !gzdirect(file.get())) fail_to_read(path, "it is packed, name it .gz");
  gzbuffer(file.get(), 1U << 18);
  if (path.extension() == ".gz") {  // text packs by ten or twenty; what unpacks to far more is no text
    constexpr std::size_t smallest_limit = std::size_t{64} << 20, most_times = 200;
    const auto packed = fs::file_size(path, error);
    most_bytes = std::min({most_bytes, std::size_t{1} << 30,
                           error ? most_bytes : std::max<std::size_t>(smallest_limit, most_times * packed)});
  }
  std::string contents;
  std::size_t used = 0;
  while (true) {
    const std::size_t room = std::max<std::size_t>(used, std::size_t{1} << 18);
    contents.resize(used + room);
    const int got =
        gzread(file.get(), contents.data() + used, static_cast<unsigned>(std::min(room, std::size_t{1} << 28)));
    int code = Z_OK;
    gzerror(file.get(), &code);
    if (got < 0) fail_to_read(path, code == Z_ERRNO ? std::strerror(errno) : "the packed data is damaged");
    used += static_cast<std::size_t>(got);
    if (used > most_bytes)
      fail_to_read(path, std::format("it holds more than {} bytes{}", most_bytes,
                                     path.extension() == ".gz" ? ", unpacked" : ""));
    if (got == 0) {
      if (code == Z_BUF_ERROR) fail_to_read(path, "the packed data ends too early");
      break;
    }
  }
  contents.resize(used);
  return contents;
}

void fail_to_write(const fs::path& path, std::string_view doing, int error_number) {
  const std::string why = std::format("cannot {}: {}", doing, std::strerror(error_number));
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EPIPE:
      throw OutputError(std::format("{}: {}", path.string(), why));
    default:
      throw InputError(Place{path.string(), 0, 0}, why);
  }
}

fs::path make_private_folder(const fs::path& parent, std::string_view name) {
  fs::path path = parent / unforeseeable_name(name);
  if (::mkdir(path.c_str(), 0755) != 0) fail_to_write(parent, "write in this folder", errno);
  return path;
}

void write_new_file(const fs::path& path, std::string_view contents) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file.fd < 0) fail_to_write(path, "write", errno);
  int failed = write_all(file.fd, contents);
  if (failed == 0) failed = flush(file.fd);
  const int unclosed = file.close();
  if (failed == 0) failed = unclosed;
  if (failed == 0) return;
  ::unlink(path.c_str());
  fail_to_write(path, "write", failed);
}

void flush_to_disk(const fs::path& path) {
  const Descriptor file(::open(path.empty() ? "." : path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd < 0) return;  // what may be written but not read cannot be flushed this way
  if (const int failed = flush(file.fd); failed != 0) fail_to_write(path, "write", failed);
}

void write_file(const fs::path& path, std::string_view contents) {
  make_folder_of(path);
  std::error_code error;
  const auto standing = fs::status(path, error);
  if (fs::is_directory(standing)) fail_to_write(path, "write", EISDIR);
  if (fs::exists(standing) && !fs::is_regular_file(standing)) {
    Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.fd < 0) fail_to_write(path, "write", errno);
    const int failed = write_all(device.fd, contents);
    if (const int last = device.close(); failed != 0 || last != 0) fail_to_write(path, "write", failed ? failed : last);
    return;
  }
  const fs::path part = path.parent_path() / unforeseeable_name(path.filename().string().substr(0, 100));
  try {
    write_new_file(part, contents);
  } catch (const InputError& refused) {  // the name that was asked for means more to a reader
    throw InputError(Place{path.string(), 0, 0}, refused.diagnostics().front().message);
  }
  if (::rename(part.c_str(), path.c_str()) != 0) {
    const int failed = errno;
    ::unlink(part.c_str());
    fail_to_write(path, "rename into place", failed);
  }
  flush_to_disk(path.parent_path());
}

void write_new_folder(const fs::path& folder, const std::vector<std::pair<std::string, std::string>>& files) {
  fs::path path = fs::absolute(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  std::error_code here;
  if (fs::equivalent(path, fs::current_path(), here)) {  // nobody's current folder is taken away
    for (const auto& [name, bytes] : files) write_file(path / name, bytes);
    return;
  }
  make_folder_of(path);
  const auto staged = make_private_folder(path.parent_path(), path.filename().string().substr(0, 100));
  try {
    for (const auto& [name, bytes] : files) {
      make_folder_of(staged / name);
      write_new_file(staged / name, bytes);
    }
    flush_to_disk(staged);
    if (::rename(staged.c_str(), path.c_str()) != 0) fail_to_write(path, "put the files in place", errno);
  } catch (...) {
    std::error_code error;
    fs::remove_all(staged, error);
    throw;
  }
  flush_to_disk(path.parent_path());
}

StagedFile::StagedFile(fs::path target) : target_(std::move(target)) {
  make_folder_of(target_);
  if (fs::is_directory(target_)) fail_to_write(target_, "write", EISDIR);
  folder_ = make_private_folder(target_.parent_path(), target_.filename().string().substr(0, 100));
  path_ = folder_ / target_.filename();
}

StagedFile::~StagedFile() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

void StagedFile::commit() {
  flush_to_disk(path_);
  if (::rename(path_.c_str(), target_.c_str()) != 0) fail_to_write(target_, "rename into place", errno);
  flush_to_disk(target_.parent_path());
}

}  // namespace stargate
