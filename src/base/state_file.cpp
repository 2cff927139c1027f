#include "base/state_file.h"

#include <format>

#include "base/files.h"
#include "base/sha256.h"

namespace stargate {

namespace {
constexpr std::size_t checksum_size = 64;
std::string mark_of(const StateFormat& format) { return std::format("stargate state: {}\n", format.name); }
}  // namespace

void write_state(const std::filesystem::path& file, const StateFormat& format, std::string_view digest,
                 std::string_view bytes) {
  std::string all = std::format("{}version {}\n{}\n", mark_of(format), format.version, digest);
  all += bytes;
  all += sha256(all);
  write_file(file, all);
}

std::string read_state(const std::filesystem::path& file, const StateFormat& format, std::string_view digest) {
  std::string all = read_file(file);
  const auto refuse = [&](std::string what, std::string hint) {
    throw InputError({file.string(), 0, 0}, std::move(what), std::move(hint));
  };
  if (!all.starts_with(mark_of(format)))
    refuse(std::format("this is no saved state of {}", format.name), "give another file, or remove it to start anew");
  const auto unsealed = std::string_view(all).substr(0, std::max(all.size(), checksum_size) - checksum_size);
  if (std::string_view(all).substr(unsealed.size()) != sha256(unsealed))
    refuse("the saved state is damaged", "its checksum does not hold; remove the file to start anew");
  std::string head = mark_of(format) + std::format("version {}\n", format.version);
  if (!unsealed.starts_with(head))
    refuse("the saved state is of another version of the program", "remove the file to start anew");
  head += std::format("{}\n", digest);
  if (!unsealed.starts_with(head))
    refuse("the saved state belongs to a run with other inputs or options",
           "use the same command, or remove the file to start anew");
  all.resize(unsealed.size());
  all.erase(0, head.size());
  return all;
}

}  // namespace stargate
