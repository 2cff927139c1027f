#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stargate {

/// Of this program: "0.1.0".
std::string program_version();

/// What made the files of a folder.
struct Maker {
  std::string command;  ///< "plan", "finance", ...: what it wrote before is replaced, what others wrote there stays
  std::string inputs = {};                   ///< digest of what it was made from, or empty
  std::string version = program_version();
};

/// manifest.json: what each file of a folder of results was when it was written.
struct Manifest {
  struct File {
    std::string command, sha256;  ///< no digest: it may differ between runs of the same inputs (times)
    std::size_t bytes = 0;
  };
  std::map<std::string, Maker> makers;  ///< by command
  std::map<std::string, File> files;    ///< by name in the folder
  bool unfinished = false;              ///< a writer was stopped half-way
};
inline constexpr const char* manifest_name = "manifest.json";
/// Nothing if the folder has none (it was made by hand). InputError if it cannot be read as one.
std::optional<Manifest> read_manifest(const std::filesystem::path& folder);
/// What of the manifest does not hold any more, a sentence each: a file that is gone or has other bytes, one of a
/// command that it does not know. Empty if all is as it was written. O(bytes of the files).
std::vector<std::string> broken_promises(const std::filesystem::path& folder, const Manifest& manifest);

/// A folder of results, replaced as a whole: everything is written into a new folder beside it and flushed to disk, and
/// then the two change places in one step of the file system. Whenever the program is stopped, there stands the old
/// folder or the new one. Files of other commands and of other people are kept.
///
/// Where a folder cannot be exchanged (the current folder, the root of a mounted disk, a folder above which one may not
/// write, one with folders of other people in it) the files are renamed into it one after the other, and the manifest
/// says from before the first until after the last that it is unfinished.
class ResultFolder {
 public:
  /// Looks, and makes the folder beside, before any work is done. InputError if `folder` is a file, holds a
  /// programme (programme.toml) or another's manifest.json, or cannot be written.
  explicit ResultFolder(const std::filesystem::path& folder, Maker maker);
  ~ResultFolder();
  ResultFolder(const ResultFolder&) = delete;
  ResultFolder& operator=(const ResultFolder&) = delete;

  /// Adds a file; `name` may have a folder in it. `repeats`: the same run writes the same bytes again.
  void put(const std::string& name, std::string_view bytes, bool repeats = true);
  /// Where a library can write the file `name` itself; take(name) adds it afterwards.
  std::filesystem::path place_for(const std::string& name);
  void take(const std::string& name);
  /// A file of that name does not stay, whoever wrote it.
  void drop(const std::string& name);
  /// What this command wrote before and was not put anew stays too.
  void keep_own();

  /// Puts all of it in place. OutputError if another program has written there since this object was made: then the
  /// files stay in a folder beside, which the message names. `inputs`: the digest, where it was not known before.
  void commit(const std::string& inputs = {});

 private:
  bool can_be_exchanged() const;
  void exchange();
  void rename_one_by_one();
  std::string text_of_manifest(bool unfinished) const;
  std::string state_of_folder() const;

  Maker maker_;
  std::filesystem::path folder_;  ///< the real one, links followed
  std::filesystem::path staged_;  ///< beside it, or inside it
  bool beside_ = true;
  int lock_ = -1;
  std::string seen_;                   ///< what stood in the folder
  std::optional<Manifest> old_;
  std::map<std::string, Manifest::File> files_;
  std::set<std::string> kept_own_, dropped_;
};

/// A folder in one call.
void write_results(const std::filesystem::path& folder, const Maker& maker,
                   const std::vector<std::pair<std::string, std::string>>& files);
/// Writes some files of a command's results anew, with everything else as it is: its maker, its other files. A folder
/// that this command did not make just gets the files.
void amend_results(const std::filesystem::path& folder, const std::string& command,
                   const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace stargate
