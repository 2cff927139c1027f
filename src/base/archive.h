#pragma once
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/diagnostics.h"

namespace stargate {

// Values as bytes, for state that a program keeps for itself (base/state_file.h). Everything kept has
//
//     template <class Archive> void archive(Archive& a) { a(x, y, ...); }
//
// which serves both ways, so that what is written and what is read cannot differ. Numbers are in the machine's own
// order: state goes on on the kind of machine that wrote it. Known: numbers, enumerations and plain structs of them,
// text, vector, array, pair, optional, set, map, and what has `archive`.

/// Appends to `bytes()`. O(bytes).
class ArchiveWriter {
 public:
  template <class... T>
  void operator()(T&... values) {
    (write(values), ...);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void raw(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }
  template <class T>
  void write(T& value) {
    if constexpr (requires { value.archive(*this); }) {
      value.archive(*this);
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      raw(&value, sizeof value);
    }
  }
  void write(std::string& text) {
    std::size_t n = text.size();
    write(n);
    raw(text.data(), n);
  }
  template <class T>
  void write(std::vector<T>& values) {
    std::size_t n = values.size();
    write(n);
    if constexpr (std::is_same_v<T, bool>) {
      for (bool v : values) write(v);
    } else if constexpr (std::is_trivially_copyable_v<T> && !requires(T v) { v.archive(*this); }) {
      raw(values.data(), n * sizeof(T));
    } else {
      for (auto& v : values) write(v);
    }
  }
  template <class T, std::size_t n>
  void write(std::array<T, n>& values) {
    for (auto& v : values) write(v);
  }
  template <class A, class B>
  void write(std::pair<A, B>& both) {
    write(both.first), write(both.second);
  }
  template <class T>
  void write(std::optional<T>& value) {
    bool there = value.has_value();
    write(there);
    if (there) write(*value);
  }
  template <class T>
  void write(std::set<T>& values) {
    std::vector<T> list(values.begin(), values.end());
    write(list);
  }
  template <class K, class V>
  void write(std::map<K, V>& values) {
    std::vector<std::pair<K, V>> list(values.begin(), values.end());
    write(list);
  }
  std::string bytes_;
};

/// Reads what an ArchiveWriter wrote. InputError, with `file` as its place, if the bytes end early, a count is larger
/// than what is left could hold, or a truth value is neither true nor false. Whether the values make sense together is
/// for the reader to see. O(bytes).
class ArchiveReader {
 public:
  ArchiveReader(std::string_view bytes, std::filesystem::path file) : rest_(bytes), file_(std::move(file)) {}
  template <class... T>
  void operator()(T&... values) {
    (read(values), ...);
  }
  bool at_end() const { return rest_.empty(); }
  /// InputError that says the file is damaged, and how.
  [[noreturn]] void damaged(std::string_view how) const {
    throw InputError({file_.string(), 0, 0}, "the saved state is damaged: " + std::string(how),
                     "remove the file to start anew");
  }

 private:
  void raw(void* data, std::size_t size) {
    if (rest_.size() < size) damaged("it ends too early");
    if (size > 0) std::memcpy(data, rest_.data(), size);
    rest_.remove_prefix(size);
  }
  std::size_t count(std::size_t smallest) {
    std::size_t n = 0;
    raw(&n, sizeof n);
    if (n > rest_.size() / smallest) damaged("a count is larger than the file");
    return n;
  }
  template <class T>
  void read(T& value) {
    if constexpr (requires { value.archive(*this); }) {
      value.archive(*this);
    } else if constexpr (std::is_same_v<T, bool>) {
      unsigned char byte = 0;
      raw(&byte, 1);
      if (byte > 1) damaged("a truth value is neither true nor false");
      value = byte == 1;
    } else {
      static_assert(std::is_trivially_copyable_v<T> && !std::is_pointer_v<T>);
      raw(&value, sizeof value);
    }
  }
  void read(std::string& text) {
    text.resize(count(1));
    raw(text.data(), text.size());
  }
  template <class T>
  void read(std::vector<T>& values) {
    if constexpr (std::is_same_v<T, bool>) {
      values.assign(count(1), false);
      for (std::size_t i = 0; i < values.size(); ++i) {
        bool v = false;
        read(v);
        values[i] = v;
      }
    } else if constexpr (std::is_trivially_copyable_v<T> && !requires(T v) { v.archive(*this); }) {
      values.resize(count(sizeof(T)));
      raw(values.data(), values.size() * sizeof(T));
    } else {
      values.clear();
      for (std::size_t n = count(1); n > 0; --n) read(values.emplace_back());
    }
  }
  template <class T, std::size_t n>
  void read(std::array<T, n>& values) {
    for (auto& v : values) read(v);
  }
  template <class A, class B>
  void read(std::pair<A, B>& both) {
    read(both.first), read(both.second);
  }
  template <class T>
  void read(std::optional<T>& value) {
    bool there = false;
    read(there);
    value.reset();
    if (there) read(value.emplace());
  }
  template <class T>
  void read(std::set<T>& values) {
    std::vector<T> list;
    read(list);
    values = std::set<T>(list.begin(), list.end());
    if (values.size() != list.size()) damaged("a set holds a value twice");
  }
  template <class K, class V>
  void read(std::map<K, V>& values) {
    std::vector<std::pair<K, V>> list;
    read(list);
    values = std::map<K, V>(list.begin(), list.end());
    if (values.size() != list.size()) damaged("a key stands twice");
  }
  std::string_view rest_;
  std::filesystem::path file_;
};

}  // namespace stargate
