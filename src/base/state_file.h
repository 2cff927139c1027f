#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "base/archive.h"

namespace stargate {

/// What a state file holds: "power cuts", 2. The version goes up with every change of what is archived.
struct StateFormat {
  std::string_view name;
  int version = 1;
};

/// State that a run keeps so that a later run can go on from it. The file tells its format and version, the digest of
/// everything that shapes the run (inputs, options, the program's version: `digest` is any text without a line end,
/// best a sha256), the bytes, and a SHA-256 of all before it. Written as write_file does: whole or not at all.
void write_state(const std::filesystem::path& file, const StateFormat& format, std::string_view digest,
                 std::string_view bytes);

/// The bytes that `write_state` was given. InputError if the file cannot be read, is no state of this format and
/// version, is damaged anywhere (a bit changed, cut short, added to), or belongs to a run of another digest. O(bytes).
std::string read_state(const std::filesystem::path& file, const StateFormat& format, std::string_view digest);

/// The two above for a value that has `archive` (base/archive.h).
template <class T>
void write_state_of(const std::filesystem::path& file, const StateFormat& format, std::string_view digest, T& value) {
  ArchiveWriter writer;
  writer(value);
  write_state(file, format, digest, writer.bytes());
}
template <class T>
void read_state_of(const std::filesystem::path& file, const StateFormat& format, std::string_view digest, T& value) {
  const std::string bytes = read_state(file, format, digest);
  ArchiveReader reader(bytes, file);
  reader(value);
  if (!reader.at_end()) reader.damaged("more stands in it than was saved");
}

}  // namespace stargate
