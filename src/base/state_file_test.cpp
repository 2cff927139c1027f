#include "base/state_file.h"

#include <catch2/catch_all.hpp>
#include <filesystem>

#include "base/files.h"

using namespace stargate;

namespace {
struct Inner {
  std::vector<double> values;
  std::string name;
  template <class A>
  void archive(A& a) {
    a(values, name);
  }
  bool operator==(const Inner&) const = default;
};
struct Kept {
  int number = 0;
  bool on = false;
  std::vector<Inner> parts;
  std::map<std::string, std::size_t> count_of;
  std::set<int> ids;
  std::optional<double> level;
  std::vector<bool> flags;
  template <class A>
  void archive(A& a) {
    a(number, on, parts, count_of, ids, level, flags);
  }
  bool operator==(const Kept&) const = default;
};
const Kept kept{7, true, {{{1.5, -2}, "a"}, {{}, "b"}}, {{"x", 3}}, {4, 5}, 0.25, {true, false, true}};
constexpr StateFormat format{"a test", 3};
std::filesystem::path file(const char* name) { return std::filesystem::temp_directory_path() / name; }
}  // namespace

TEST_CASE("state comes back as it was kept, and only to the run that kept it") {
  const auto path = file("stargate_state_test");
  Kept value = kept, back;
  write_state_of(path, format, "digest", value);
  read_state_of(path, format, "digest", back);
  CHECK(back == kept);
  CHECK_THROWS_WITH(read_state_of(path, format, "other", back), Catch::Matchers::ContainsSubstring("other inputs"));
  CHECK_THROWS_WITH(read_state_of(path, {"a test", 4}, "digest", back),
                    Catch::Matchers::ContainsSubstring("another version"));
  CHECK_THROWS_WITH(read_state_of(path, {"another", 3}, "digest", back),
                    Catch::Matchers::ContainsSubstring("no saved state of another"));
  std::filesystem::remove(path);
  CHECK_THROWS_AS(read_state_of(path, format, "digest", back), InputError);
}

TEST_CASE("no bit of a state file can change, and no byte be lost or added, without being noticed") {
  const auto path = file("stargate_state_bits");
  Kept value = kept, back;
  write_state_of(path, format, "digest", value);
  const std::string whole = read_file(path);
  std::size_t silent = 0;
  const auto tried = [&](const std::string& bytes) {
    write_file(path, bytes);
    try {
      read_state_of(path, format, "digest", back);
      ++silent;
    } catch (const InputError&) {
    }
  };
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    tried(bytes);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) tried(whole.substr(0, size));
  tried(whole + '\n');
  CHECK(silent == 0);
  std::filesystem::remove(path);
}

TEST_CASE("an archive that was made by hand cannot make its reader allocate or read past it") {
  Inner inner;
  std::string huge(8, '\xff');
  ArchiveReader reader(huge, "f");
  CHECK_THROWS_AS(reader(inner), InputError);
  const std::string odd("\x02", 1);
  bool truth = false;
  ArchiveReader truths(odd, "f");
  CHECK_THROWS_AS(truths(truth), InputError);
}
