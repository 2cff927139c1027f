#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/sha256.h"  // digests of what is read and written here

namespace stargate {

/// The whole file; a name ending in .gz is unpacked. InputError if it cannot be read, is a folder, or holds more than
/// `most_bytes` (unpacked).
std::string read_file(const std::filesystem::path& path, std::size_t most_bytes = std::size_t{4} << 30);

/// Writes under a temporary name in the same folder, then renames: an interrupted run leaves the last good file.
/// Makes the folder if it is not there. InputError if it cannot be written.
void write_file(const std::filesystem::path& path, std::string_view contents);

}  // namespace stargate
