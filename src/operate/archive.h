#pragma once
#include <cstring>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace stargate::operate {

/// State as bytes. Everything saved has `template <class A> void archive(A& a) { a(x, y, ...); }`, which serves both
/// ways, so what is written and what is read cannot differ. Bytes are in the machine's order: a state file resumes a
/// run on the kind of machine that wrote it.
class StateWriter {
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
    if constexpr (requires { value.archive(*this); }) value.archive(*this);
    else {
      static_assert(std::is_trivially_copyable_v<T>);
      raw(&value, sizeof value);
    }
  }
  template <class T>
  void write(std::vector<T>& values) {
    std::size_t n = values.size();
    write(n);
    if constexpr (std::is_trivially_copyable_v<T>) raw(values.data(), n * sizeof(T));
    else
      for (auto& v : values) write(v);
  }
  template <class A, class B>
  void write(std::pair<A, B>& both) {
    write(both.first), write(both.second);
  }
  template <class T>
  void write(std::set<T>& values) {
    std::vector<T> list(values.begin(), values.end());
    write(list);
  }
  std::string bytes_;
};

class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : rest_(bytes) {}
  template <class... T>
  void operator()(T&... values) {
    (read(values), ...);
  }
  bool at_end() const { return rest_.empty(); }

 private:
  void raw(void* data, std::size_t size) {
    if (rest_.size() < size) throw std::runtime_error("the saved state ends too early");
    if (size > 0) std::memcpy(data, rest_.data(), size);
    rest_.remove_prefix(size);
  }
  template <class T>
  void read(T& value) {
    if constexpr (requires { value.archive(*this); }) value.archive(*this);
    else raw(&value, sizeof value);
  }
  template <class T>
  void read(std::vector<T>& values) {
    std::size_t n = 0;
    read(n);
    if (n > rest_.size()) throw std::runtime_error("the saved state is damaged");
    values.resize(n);
    if constexpr (std::is_trivially_copyable_v<T>) raw(values.data(), n * sizeof(T));
    else
      for (auto& v : values) read(v);
  }
  template <class A, class B>
  void read(std::pair<A, B>& both) {
    read(both.first), read(both.second);
  }
  template <class T>
  void read(std::set<T>& values) {
    std::vector<T> list;
    read(list);
    values = std::set<T>(list.begin(), list.end());
  }
  std::string_view rest_;
};

}  // namespace stargate::operate
