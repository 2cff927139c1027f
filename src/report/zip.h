#pragma once
#include <filesystem>
#include <map>
#include <string>

namespace stargate::report {

/// The files in a zip archive (APPNOTE 6.3: stored or deflated, no encryption, no zip64), unpacked when asked for.
class Zip {
 public:
  /// InputError if the file cannot be read or is no archive.
  explicit Zip(const std::filesystem::path& file);
  bool has(const std::string& name) const { return entries_.contains(name); }
  /// InputError if there is no such file in it or it is damaged.
  std::string read(const std::string& name) const;

 private:
  struct Entry {
    std::size_t offset, packed, size;
    unsigned method;
    unsigned long checksum;
  };
  [[noreturn]] void fail(const std::string& why) const;
  std::filesystem::path file_;
  std::string bytes_;
  std::map<std::string, Entry> entries_;
};

}  // namespace stargate::report
