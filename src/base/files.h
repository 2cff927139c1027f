#pragma once
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.h"  // digests of what is read and written here

namespace stargate {

/// The whole file; a name ending in .gz is unpacked. InputError if it cannot be read, is a folder, or holds more than
/// `most_bytes`; what unpacks to more than 1 GiB, or to more than 64 MiB and 200 times its size, is refused too.
std::string read_file(const std::filesystem::path& path, std::size_t most_bytes = std::size_t{4} << 30);

/// What could not be written for a reason that is not in the command: the disk is full, or fails. Exit code 1; a name
/// that cannot be written at all (no permission, a folder in its place) is an InputError.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Writes beside the target under a name nobody can foresee, flushes to disk, then renames: whatever happens, the file
/// is the old one or the new one. Makes the folder if it is not there. What is no plain file (a device, a pipe) is
/// written to directly. InputError or OutputError if it cannot be written; then nothing is left behind.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// For libraries that write a file by themselves: they are given a name in a folder that only this program can use;
/// `commit` flushes what they wrote and renames it into place. Without it, nothing is left behind.
class StagedFile {
 public:
  explicit StagedFile(std::filesystem::path target);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  const std::filesystem::path& path() const { return path_; }
  void commit();

 private:
  std::filesystem::path target_, folder_, path_;
};

/// A folder of these files (name, bytes) where nothing or an empty folder stands, whole or not at all.
void write_new_folder(const std::filesystem::path& folder, const std::vector<std::pair<std::string, std::string>>& files);

// What folders of results (base/results.h) are made with.

/// Throws what write_file throws: InputError, or OutputError where the disk is the reason.
[[noreturn]] void fail_to_write(const std::filesystem::path& path, std::string_view doing, int error_number);
/// Makes a folder "PARENT/.NAME-0123456789abcdef" with random digits that was not there before.
std::filesystem::path make_private_folder(const std::filesystem::path& parent, std::string_view name);
/// A new file with these bytes, on disk when it returns; it may not be there yet.
void write_new_file(const std::filesystem::path& path, std::string_view contents);
/// Puts a file or the entries of a folder on disk. Nothing where the file system knows no such thing.
void flush_to_disk(const std::filesystem::path& path);

}  // namespace stargate
