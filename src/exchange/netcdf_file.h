#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace stargate::exchange {

/// A netCDF file opened for reading. Every failure is an InputError naming the file and what was being done; so is a
/// variable of far more values than the file could hold.
class NetcdfReader {
 public:
  explicit NetcdfReader(std::string path);
  ~NetcdfReader();
  NetcdfReader(const NetcdfReader&) = delete;
  NetcdfReader& operator=(const NetcdfReader&) = delete;

  struct Variable {
    std::string name;
    int id = 0;
    bool is_text = false;
    std::vector<std::string> dimensions;
    std::vector<std::size_t> lengths;
    std::size_t size() const;
  };
  const std::vector<Variable>& variables() const { return variables_; }
  const Variable* find(const std::string& name) const;
  std::vector<double> numbers(const Variable& variable) const;
  std::vector<std::string> texts(const Variable& variable) const;

  struct Attribute {
    std::string name, text;
    double number = 0;
    bool is_text = false;
  };
  /// Of a variable, or of the file (nullptr).
  std::vector<Attribute> attributes(const Variable* variable) const;
  std::string text_attribute(const Variable& variable, const std::string& name) const;

 private:
  void check(int status, const std::string& doing) const;
  void check_size(const Variable& variable) const;
  std::string path_;
  int file_ = -1;
  std::vector<Variable> variables_;
};

/// A netCDF-4 file being written; `close` ends it. Variables are compressed. OutputError if the disk is full.
class NetcdfWriter {
 public:
  /// `shown`: the name that messages use; `path` may be a name for the time of writing only.
  NetcdfWriter(const std::string& path, std::string shown);
  ~NetcdfWriter();
  NetcdfWriter(const NetcdfWriter&) = delete;
  NetcdfWriter& operator=(const NetcdfWriter&) = delete;

  void dimension(const std::string& name, std::size_t length);
  void numbers(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<double>& values);
  void integers(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<long long>& values);
  void booleans(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<double>& values);
  void texts(const std::string& name, const std::vector<std::string>& dimensions, const std::vector<std::string>& values);
  void attribute(const std::string& name, const std::string& text);
  void attribute(const std::string& name, double number);  ///< whole numbers as integers
  void variable_attribute(const std::string& variable, const std::string& name, const std::string& text);
  void close();

 private:
  int define(const std::string& name, int type, const std::vector<std::string>& dimensions);
  void check(int status, const std::string& doing) const;
  std::string shown_;
  int file_ = -1;
};

}  // namespace stargate::exchange
