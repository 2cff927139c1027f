#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "base/diagnostics.h"
#include "programme/programme.h"

namespace stargate {

/// The bytes of a programme's files by name: "programme.toml", "sites.csv", ...
using ProgrammeFiles = std::map<std::string, std::string, std::less<>>;

/// The files of a folder, or the embedded default programme if `folder` is empty. InputError if it is no folder.
ProgrammeFiles read_programme_files(const std::filesystem::path& folder);
/// The default programme as it was announced: without what has happened since, every decision free from its start.
ProgrammeFiles announcement_files();

/// Everything read and checked; all that is wrong goes to `diagnostics` (errors and warnings), and what could be read
/// is returned. `shown_as` is put before file names in messages.
Programme parse_programme(const ProgrammeFiles& files, const std::string& shown_as, Diagnostics& diagnostics);

/// Reads and checks; InputError with everything wrong.
Programme load_programme(const std::filesystem::path& folder = {});

/// SHA-256 over names and contents, independent of the folder's place.
std::string digest_of(const ProgrammeFiles& files);

/// Checks between records of a programme whose cells are all valid. Named in check.cpp, one function a subject.
void check_programme(const Programme& programme, Diagnostics& diagnostics);

}  // namespace stargate
