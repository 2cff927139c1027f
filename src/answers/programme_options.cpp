#include "answers/programme_options.h"

#include "programme/edits.h"

namespace stargate {

LoadedProgramme load(const ProgrammeOptions& o) {
  LoadedProgramme loaded;
  Diagnostics diagnostics;
  loaded.files = edited(read_programme_files(o.dir), {o.set, o.scale, o.forbid, o.force, o.prune}, diagnostics,
                        loaded.notes);
  diagnostics.throw_if_errors();  // a mistyped edit would hide behind what it leaves undone
  loaded.programme = parse_programme(loaded.files, o.dir.empty() ? "default programme" : o.dir, diagnostics);
  diagnostics.throw_if_errors();
  for (const auto& d : diagnostics.all()) loaded.notes.push_back(to_string(d));
  return loaded;
}

}  // namespace stargate
