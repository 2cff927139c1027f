#include "base/results.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <format>
#include <nlohmann/json.hpp>
#include <ranges>

#include "base/diagnostics.h"
#include "base/files.h"

namespace stargate {
namespace fs = std::filesystem;

namespace {

constexpr int manifest_format = 1;
constexpr std::size_t most_kept_files = 1000;  // of other people; with more the folder is theirs, and is not exchanged

/// glibc declares renameat2 only for GNU sources.
bool rename_with(const fs::path& from, const fs::path& to, unsigned flags) {
  return ::syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0;
}
constexpr unsigned no_replace = 1, exchange_both = 2;  // linux/fs.h

struct ::stat state_of(const fs::path& path) {
  struct ::stat state {};
  if (::stat(path.c_str(), &state) != 0) state = {};
  return state;
}

bool is_mounted(const fs::path& folder) {
  struct ::statx state {};
  if (::statx(AT_FDCWD, folder.c_str(), 0, STATX_BASIC_STATS, &state) == 0 &&
      (state.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0)
    return (state.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  return state_of(folder).st_dev != state_of(folder.parent_path()).st_dev;
}

bool holds(const fs::path& folder, const fs::path& inner) {
  const auto [end, at] = std::ranges::mismatch(folder, inner);
  return end == folder.end();
}

/// Files and links below the folder, by their names from it; `each` may throw.
template <class Each>
void for_each_file(const fs::path& folder, Each&& each) {
  std::vector<fs::path> names;
  for (fs::recursive_directory_iterator at(folder), end; at != end; ++at)
    if (at->is_symlink() || !at->is_directory()) names.push_back(at->path().lexically_relative(folder));
  std::ranges::sort(names);
  for (const auto& name : names) each(name.string());
}

/// Folders that a writer left behind when it was killed: nobody holds their lock.
void remove_abandoned(const fs::path& parent, const std::string& name) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(parent, error)) {
    const auto file = entry.path().filename().string();
    const auto prefix = "." + name + "-";
    if (!file.starts_with(prefix) || file.size() != prefix.size() + 16 || entry.is_symlink() || !entry.is_directory())
      continue;
    const auto state = state_of(entry.path());
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    if (state.st_uid != ::geteuid() || now - state.st_mtime < 60) continue;
    const int fd = ::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) continue;
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry.path(), error);
    ::close(fd);
  }
}

/// Held while results are put in place; goes with the program.
class Lock {
 public:
  explicit Lock(const fs::path& folder) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (fd_ >= 0 && ::flock(fd_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  int fd_;
};

fs::path real_folder(const fs::path& folder) {
  std::error_code error;
  fs::path path = fs::absolute(folder).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (fs::exists(path)) return fs::canonical(path);
  if (fs::is_symlink(path)) throw InputError({folder.string(), 0, 0}, "it is a link to what is not there");
  fs::create_directories(path.parent_path(), error);
  if (error && !fs::is_directory(path.parent_path()))
    fail_to_write(path.parent_path(), "make the folder", error.value());
  return fs::canonical(path.parent_path()) / path.filename();
}

}  // namespace

std::string program_version() { return STARGATE_VERSION; }

std::optional<Manifest> read_manifest(const fs::path& folder) {
  const auto path = folder / manifest_name;
  if (!fs::exists(path)) return std::nullopt;
  const auto json = nlohmann::json::parse(read_file(path, std::size_t{64} << 20), nullptr, false);
  Manifest manifest;
  try {
    if (json.at("format").get<int>() != manifest_format) throw std::runtime_error("of another format");
    manifest.unfinished = json.at("unfinished").get<bool>();
    for (const auto& [command, of] : json.at("made_by").items())
      manifest.makers[command] = {command, of.at("inputs").get<std::string>(), of.at("version").get<std::string>()};
    for (const auto& [name, of] : json.at("files").items())
      manifest.files[name] = {of.at("command").get<std::string>(), of.at("sha256").get<std::string>(),
                              of.at("bytes").get<std::size_t>()};
  } catch (const std::exception&) {
    throw InputError({path.string(), 0, 0}, "it is no manifest of results that this version reads",
                     "remove it if the folder was made by hand");
  }
  return manifest;
}

std::vector<std::string> broken_promises(const fs::path& folder, const Manifest& manifest) {
  std::vector<std::string> broken;
  if (manifest.unfinished) broken.push_back("its writer was stopped half-way: files may be of different runs");
  for (const auto& [name, promised] : manifest.files) {
    std::error_code error;
    const auto path = folder / name;
    if (!manifest.makers.contains(promised.command))
      broken.push_back(std::format("{} is of a command '{}' that the manifest does not tell of", name, promised.command));
    if (name.contains("..") || name.starts_with('/'))
      broken.push_back(std::format("{} is no name in the folder", name));
    else if (!fs::is_regular_file(path, error))
      broken.push_back(std::format("{} is not there", name));
    else if (!promised.sha256.empty() &&
             (fs::file_size(path, error) != promised.bytes || sha256(read_file(path)) != promised.sha256))
      broken.push_back(std::format("{} is not as it was written", name));
  }
  return broken;
}

ResultFolder::ResultFolder(const fs::path& folder, Maker maker) : maker_(std::move(maker)) {
  const auto refuse = [&](std::string what, std::string hint) {
    throw InputError({folder.string(), 0, 0}, std::move(what), std::move(hint));
  };
  folder_ = real_folder(folder);
  if (fs::exists(folder_) && !fs::is_directory(folder_))
    refuse("a file stands there", "results are a folder: name another");
  if (fs::exists(folder_ / "programme.toml"))
    refuse("a programme stands there (programme.toml)", "results do not go over inputs: name another folder");
  if (fs::exists(folder_)) old_ = read_manifest(folder_);
  const auto name = folder_.filename().string().substr(0, 100);
  beside_ = can_be_exchanged();
  std::error_code error;
  if (!beside_ && !fs::exists(folder_)) fs::create_directory(folder_, error);
  const auto parent = beside_ ? folder_.parent_path() : folder_;
  remove_abandoned(parent, name);
  staged_ = make_private_folder(parent, name);
  lock_ = ::open(staged_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ >= 0) ::flock(lock_, LOCK_EX | LOCK_NB);
  seen_ = state_of_folder();
}

ResultFolder::~ResultFolder() {
  if (lock_ >= 0) ::close(lock_);
  std::error_code error;
  if (!staged_.empty()) fs::remove_all(staged_, error);
}

bool ResultFolder::can_be_exchanged() const {
  const auto parent = folder_.parent_path();
  if (parent == folder_ || ::access(parent.c_str(), W_OK) != 0) return false;
  if (!fs::exists(folder_)) return true;
  std::error_code error;
  const auto here = fs::current_path(error);
  if ((!error && holds(folder_, here)) || is_mounted(folder_)) return false;
  std::map<fs::path, bool> ours;  // by folder: does anything in it stand in the manifest?
  std::size_t others = 0;
  const bool old_plan = !old_ && maker_.command == "plan" && fs::exists(folder_ / "plan.json");
  for (fs::recursive_directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().lexically_relative(folder_);
    if (at->is_directory() && !at->is_symlink()) {
      ours[name] = old_plan && name == "programme";  // a plan of a version that wrote no manifest
      continue;
    }
    const bool listed = old_ && old_->files.contains(name.string());
    if (listed) ours[name.parent_path()] = true;
    else if (name != manifest_name && ++others > most_kept_files) return false;
  }
  ours[{}] = true;
  return !error && std::ranges::all_of(ours | std::views::values, std::identity{});
}

std::string ResultFolder::state_of_folder() const {
  if (!fs::exists(folder_)) return "";
  const auto manifest = folder_ / manifest_name;
  return std::format("{}:{}", static_cast<std::uint64_t>(state_of(folder_).st_ino),
                     fs::exists(manifest) ? sha256(read_file(manifest)) : "");
}

fs::path ResultFolder::place_for(const std::string& name) {
  const fs::path path(name);
  if (name.empty() || path.is_absolute() || std::ranges::contains(path, fs::path("..")) || name == manifest_name)
    throw std::logic_error("a result is named '" + name + "'");
  if (path.has_parent_path()) {
    std::error_code error;
    fs::create_directories((staged_ / path).parent_path(), error);
    if (error) fail_to_write(staged_ / path, "make the folder", error.value());
  }
  return staged_ / path;
}

void ResultFolder::put(const std::string& name, std::string_view bytes, bool repeats) {
  write_new_file(place_for(name), bytes);
  files_[name] = {maker_.command, repeats ? sha256(bytes) : "", bytes.size()};
}

void ResultFolder::take(const std::string& name) {
  flush_to_disk(staged_ / name);
  const auto bytes = read_file(staged_ / name);
  files_[name] = {maker_.command, sha256(bytes), bytes.size()};
}

void ResultFolder::drop(const std::string& name) { dropped_.insert(name); }

void ResultFolder::keep_own() {
  if (old_)
    for (const auto& [name, of] : old_->files)
      if (of.command == maker_.command && !files_.contains(name)) kept_own_.insert(name);
}

std::string ResultFolder::text_of_manifest(bool unfinished) const {
  Manifest manifest = old_.value_or(Manifest{});
  std::erase_if(manifest.files, [&](const auto& file) {
    const auto& [name, of] = file;
    return dropped_.contains(name) || (of.command == maker_.command && !kept_own_.contains(name));
  });
  manifest.makers[maker_.command] = maker_;
  for (const auto& [name, of] : files_) manifest.files[name] = of;
  nlohmann::json json{{"format", manifest_format}, {"unfinished", unfinished}, {"made_by", nlohmann::json::object()}};
  for (const auto& [command, of] : manifest.makers)
    json["made_by"][command] = {{"version", of.version}, {"inputs", of.inputs}};
  for (const auto& [name, of] : manifest.files)
    json["files"][name] = {{"command", of.command}, {"bytes", of.bytes}, {"sha256", of.sha256}};
  return json.dump(1) + "\n";
}

void ResultFolder::commit(const std::string& inputs) {
  if (!inputs.empty()) maker_.inputs = inputs;
  const Lock lock(beside_ ? folder_.parent_path() : folder_);
  if (state_of_folder() != seen_) {
    // Nobody's work is lost: the other's stands, this one's stays beside.
    const fs::path beside = folder_.string() + staged_.filename().string().substr(staged_.filename().string().size() - 17);
    write_new_file(staged_ / manifest_name, text_of_manifest(false));
    if (::rename(staged_.c_str(), beside.c_str()) != 0) fail_to_write(beside, "keep the results", errno);
    staged_.clear();
    throw OutputError(std::format("{}: another run has written there meanwhile; the results of this one are in {}",
                                  folder_.string(), beside.string()));
  }
  if (beside_)
    exchange();
  else
    rename_one_by_one();
}

void ResultFolder::exchange() {
  const bool replaces = fs::exists(folder_);
  if (replaces) {
    const bool old_plan = !old_ && maker_.command == "plan";
    for_each_file(folder_, [&](const std::string& name) {
      const auto listed = old_ ? old_->files.find(name) : std::map<std::string, Manifest::File>::iterator{};
      const bool own = (old_ && listed != old_->files.end() && listed->second.command == maker_.command) ||
                       (old_plan && name.starts_with("programme/"));
      if (files_.contains(name) || dropped_.contains(name) || name == manifest_name || (own && !kept_own_.contains(name)))
        return;
      const auto to = place_for(name);
      if (::linkat(AT_FDCWD, (folder_ / name).c_str(), AT_FDCWD, to.c_str(), 0) == 0) return;
      std::error_code error;
      fs::copy(folder_ / name, to, fs::copy_options::copy_symlinks, error);
      if (error) fail_to_write(to, "keep", error.value());
    });
    ::chmod(staged_.c_str(), state_of(folder_).st_mode & 07777);
  }
  write_new_file(staged_ / manifest_name, text_of_manifest(false));
  for (const auto& entry : fs::recursive_directory_iterator(staged_))
    if (entry.is_directory()) flush_to_disk(entry.path());
  flush_to_disk(staged_);
  if (!rename_with(staged_, folder_, replaces ? exchange_both : no_replace)) {
    const int failed = errno;
    if (failed == EINVAL && !replaces && ::rename(staged_.c_str(), folder_.c_str()) == 0) {
      staged_.clear();
      return flush_to_disk(folder_.parent_path());
    }
    const bool may_rename_files = failed == EINVAL || failed == ENOSYS || failed == EBUSY || failed == EPERM ||
                                  failed == EACCES;
    if (!replaces || !may_rename_files) fail_to_write(folder_, "put the results in place", failed);
    std::error_code error;
    fs::remove(staged_ / manifest_name, error);
    return rename_one_by_one();
  }
  if (!replaces) staged_.clear();  // else it is the old folder now, and goes
  flush_to_disk(folder_.parent_path());
}

void ResultFolder::rename_one_by_one() {
  write_file(folder_ / manifest_name, text_of_manifest(true));
  for (const auto& [name, of] : files_) {
    std::error_code error;
    fs::create_directories((folder_ / name).parent_path(), error);
    if (::rename((staged_ / name).c_str(), (folder_ / name).c_str()) != 0)
      fail_to_write(folder_ / name, "rename into place", errno);
  }
  for (const auto& name : dropped_) {
    std::error_code error;
    if (!files_.contains(name)) fs::remove(folder_ / name, error);
  }
  if (old_)
    for (const auto& [name, of] : old_->files) {
      std::error_code error;
      if (of.command != maker_.command || files_.contains(name) || kept_own_.contains(name)) continue;
      fs::remove(folder_ / name, error);
      fs::remove((folder_ / name).parent_path(), error);  // only if it is empty now
    }
  flush_to_disk(folder_);
  write_file(folder_ / manifest_name, text_of_manifest(false));
}

void write_results(const fs::path& folder, const Maker& maker,
                   const std::vector<std::pair<std::string, std::string>>& files) {
  ResultFolder results(folder, maker);
  for (const auto& [name, bytes] : files) results.put(name, bytes);
  results.commit();
}

void amend_results(const fs::path& folder, const std::string& command,
                   const std::vector<std::pair<std::string, std::string>>& files) {
  const auto manifest = fs::exists(folder) ? read_manifest(folder) : std::nullopt;
  if (!manifest || !manifest->makers.contains(command)) {
    for (const auto& [name, bytes] : files) write_file(folder / name, bytes);
    return;
  }
  ResultFolder results(folder, manifest->makers.at(command));
  for (const auto& [name, bytes] : files) results.put(name, bytes);
  results.keep_own();
  results.commit();
}

}  // namespace stargate
