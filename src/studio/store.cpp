#include "studio/store.h"

#include <sqlite3.h>

#include <format>
#include <mutex>
#include <stdexcept>

#include "base/diagnostics.h"
#include "base/sha256.h"

namespace stargate::studio {

std::string_view to_string(RunState state) {
  switch (state) {
    case RunState::queued: return "queued";
    case RunState::running: return "running";
    case RunState::done: return "done";
    case RunState::failed: return "failed";
    case RunState::cancelled: return "cancelled";
  }
  return "failed";
}

namespace {

RunState state_of(std::string_view text) {
  for (const auto s : {RunState::queued, RunState::running, RunState::done, RunState::cancelled})
    if (text == to_string(s)) return s;
  return RunState::failed;
}

[[noreturn]] void fail(sqlite3* db, std::string_view doing) {
  throw std::runtime_error(std::format("the workspace cannot be used ({}): {}", doing, sqlite3_errmsg(db)));
}

/// One prepared statement, bound by position and stepped through.
class Statement {
 public:
  Statement(sqlite3* db, const char* sql) : db_(db) {
    if (sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr) != SQLITE_OK) fail(db, sql);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& operator<<(std::int64_t value) { return check(sqlite3_bind_int64(statement_, ++bound_, value)); }
  Statement& operator<<(std::string_view text) {
    return check(sqlite3_bind_blob64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT));
  }
  bool row() {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(db_, "step");
    return code == SQLITE_ROW;
  }
  void run() {
    while (row()) {}
  }
  std::int64_t integer(int column) { return sqlite3_column_int64(statement_, column); }
  std::string text(int column) {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return bytes ? std::string(static_cast<const char*>(bytes), size) : std::string();
  }

 private:
  Statement& check(int code) {
    if (code != SQLITE_OK) fail(db_, "bind");
    return *this;
  }
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

constexpr const char* schema = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  CREATE TABLE IF NOT EXISTS scenario(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name TEXT NOT NULL,
                                      revision INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS revision(id INTEGER PRIMARY KEY, scenario INTEGER NOT NULL, previous INTEGER NOT NULL,
                                      said TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS blob(digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS file(revision INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
                                  PRIMARY KEY(revision, name)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS run(id INTEGER PRIMARY KEY, scenario INTEGER NOT NULL, revision INTEGER NOT NULL,
                                 command TEXT NOT NULL, arguments TEXT NOT NULL, state TEXT NOT NULL,
                                 exit_code INTEGER NOT NULL DEFAULT 0, answer BLOB, text BLOB, error BLOB, folder TEXT);
)";

}  // namespace

struct Store::Inside {
  sqlite3* db = nullptr;
  mutable std::mutex turn;

  ~Inside() { sqlite3_close(db); }
  void execute(const char* sql) const {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(db, sql);
  }
};

namespace {

/// Everything until commit() or nothing.
class Transaction {
 public:
  explicit Transaction(sqlite3* db) : db_(db) { Statement(db, "BEGIN IMMEDIATE").run(); }
  ~Transaction() {
    if (!done_) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    Statement(db_, "COMMIT").run();
    done_ = true;
  }

 private:
  sqlite3* db_;
  bool done_ = false;
};

std::int64_t write_revision(sqlite3* db, std::int64_t scenario, std::int64_t previous, const ProgrammeFiles& files,
                            std::string_view said) {
  (Statement(db, "INSERT INTO revision(scenario, previous, said) VALUES(?, ?, ?)") << scenario << previous << said).run();
  const auto revision = sqlite3_last_insert_rowid(db);
  for (const auto& [name, bytes] : files) {
    const auto digest = sha256(bytes);
    (Statement(db, "INSERT OR IGNORE INTO blob(digest, bytes) VALUES(?, ?)") << digest << bytes).run();
    (Statement(db, "INSERT INTO file(revision, name, digest) VALUES(?, ?, ?)") << revision << name << digest).run();
  }
  (Statement(db, "UPDATE scenario SET revision = ? WHERE id = ?") << revision << scenario).run();
  return revision;
}

Scenario read_scenario(Statement& s) {
  return {s.integer(0), s.integer(1), s.integer(2), s.text(3), s.integer(4) != 0};
}
constexpr const char* scenario_columns =
    "SELECT s.id, s.parent, s.revision, s.name, r.previous FROM scenario s JOIN revision r ON r.id = s.revision ";

RunRecord read_run(Statement& s, bool whole) {
  RunRecord r{s.integer(0), s.integer(1), s.integer(2), s.text(3), s.text(4), state_of(s.text(5)),
              static_cast<int>(s.integer(6)), {}, {}, s.text(7), s.text(8)};
  if (whole) r.answer = s.text(9), r.text = s.text(10);
  return r;
}
constexpr const char* run_columns =
    "SELECT id, scenario, revision, command, arguments, state, exit_code, error, folder";

}  // namespace

Store::Store(const std::filesystem::path& folder) : folder_(folder), inside_(std::make_unique<Inside>()) {
  std::filesystem::create_directories(folder);
  if (sqlite3_open((folder / "workspace.sqlite").c_str(), &inside_->db) != SQLITE_OK) fail(inside_->db, "open");
  sqlite3_busy_timeout(inside_->db, 10'000);
  inside_->execute(schema);
}
Store::~Store() = default;

std::int64_t Store::add_scenario(const std::string& name, std::int64_t parent, const ProgrammeFiles& files) {
  const auto from = files.empty() ? this->files(scenario(parent).revision) : files;
  const std::scoped_lock lock(inside_->turn);
  Transaction all(inside_->db);
  (Statement(inside_->db, "INSERT INTO scenario(parent, name, revision) VALUES(?, ?, 0)") << parent << name).run();
  const auto id = sqlite3_last_insert_rowid(inside_->db);
  write_revision(inside_->db, id, 0, from, "begun");
  all.commit();
  return id;
}

std::vector<Scenario> Store::scenarios() const {
  const std::scoped_lock lock(inside_->turn);
  Statement s(inside_->db, std::format("{} ORDER BY s.id", scenario_columns).c_str());
  std::vector<Scenario> out;
  while (s.row()) out.push_back(read_scenario(s));
  return out;
}

Scenario Store::scenario(std::int64_t id) const {
  const std::scoped_lock lock(inside_->turn);
  Statement s(inside_->db, std::format("{} WHERE s.id = ?", scenario_columns).c_str());
  s << id;
  if (!s.row()) throw InputError({"workspace", 0, 0}, std::format("there is no scenario {}", id), "it may have been made elsewhere");
  return read_scenario(s);
}

void Store::rename(std::int64_t id, const std::string& name) {
  const std::scoped_lock lock(inside_->turn);
  (Statement(inside_->db, "UPDATE scenario SET name = ? WHERE id = ?") << name << id).run();
}

ProgrammeFiles Store::files(std::int64_t revision) const {
  const std::scoped_lock lock(inside_->turn);
  Statement s(inside_->db, "SELECT f.name, b.bytes FROM file f JOIN blob b ON b.digest = f.digest WHERE f.revision = ?");
  s << revision;
  ProgrammeFiles out;
  while (s.row()) out.emplace(s.text(0), s.text(1));
  return out;
}

std::optional<std::int64_t> Store::save(std::int64_t scenario, std::int64_t before, const ProgrammeFiles& files,
                                        const std::string& said) {
  const std::scoped_lock lock(inside_->turn);
  Transaction all(inside_->db);
  Statement at(inside_->db, "SELECT revision FROM scenario WHERE id = ?");
  at << scenario;
  if (!at.row() || at.integer(0) != before) return std::nullopt;
  const auto revision = write_revision(inside_->db, scenario, before, files, said);
  all.commit();
  return revision;
}

bool Store::undo(std::int64_t scenario) {
  const std::scoped_lock lock(inside_->turn);
  Transaction all(inside_->db);
  (Statement(inside_->db,
             "UPDATE scenario SET revision = (SELECT previous FROM revision WHERE id = scenario.revision) WHERE id = ? "
             "AND (SELECT previous FROM revision WHERE id = scenario.revision) > 0")
   << scenario)
      .run();
  const bool changed = sqlite3_changes(inside_->db) > 0;
  all.commit();
  return changed;
}

std::int64_t Store::add_run(std::int64_t scenario, const std::string& command, const std::string& arguments) {
  const auto revision = this->scenario(scenario).revision;
  const std::scoped_lock lock(inside_->turn);
  (Statement(inside_->db, "INSERT INTO run(scenario, revision, command, arguments, state) VALUES(?, ?, ?, ?, 'queued')")
   << scenario << revision << command << arguments)
      .run();
  return sqlite3_last_insert_rowid(inside_->db);
}

void Store::set_state(std::int64_t id, RunState state) {
  const std::scoped_lock lock(inside_->turn);
  (Statement(inside_->db, "UPDATE run SET state = ? WHERE id = ?") << to_string(state) << id).run();
}

void Store::finish(const RunRecord& r) {
  const std::scoped_lock lock(inside_->turn);
  (Statement(inside_->db,
             "UPDATE run SET state = ?, exit_code = ?, answer = ?, text = ?, error = ?, folder = ? WHERE id = ?")
   << to_string(r.state) << std::int64_t{r.exit_code} << r.answer << r.text << r.error << r.folder << r.id)
      .run();
}

std::vector<RunRecord> Store::runs() const {
  const std::scoped_lock lock(inside_->turn);
  Statement s(inside_->db, std::format("{} FROM run ORDER BY id DESC LIMIT 200", run_columns).c_str());
  std::vector<RunRecord> out;
  while (s.row()) out.push_back(read_run(s, false));
  return out;
}

RunRecord Store::run(std::int64_t id) const {
  const std::scoped_lock lock(inside_->turn);
  Statement s(inside_->db, std::format("{}, answer, text FROM run WHERE id = ?", run_columns).c_str());
  s << id;
  if (!s.row()) throw InputError({"workspace", 0, 0}, std::format("there is no run {}", id));
  return read_run(s, true);
}

void Store::bury_unfinished() {
  const std::scoped_lock lock(inside_->turn);
  inside_->execute(
      "UPDATE run SET state = 'failed', error = 'the studio was ended while this ran; ask again' "
      "WHERE state IN ('queued', 'running')");
}

}  // namespace stargate::studio
