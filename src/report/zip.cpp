#include "report/zip.h"

#include <zlib.h>

#include <format>

#include "base/diagnostics.h"
#include "base/files.h"

namespace stargate::report {

namespace {

/// A little-endian number of `width` bytes; 0 beyond the end.
std::size_t number_at(const std::string& bytes, std::size_t at, std::size_t width) {
  if (at > bytes.size() || width > bytes.size() - at) return 0;
  std::size_t value = 0;
  for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

constexpr std::size_t end_record = 0x06054b50, central_record = 0x02014b50, local_record = 0x04034b50;

}  // namespace

Zip::Zip(const std::filesystem::path& file) : file_(file), bytes_(read_file(file)) {
  // The end record stands last, before a comment of at most 65,535 bytes.
  std::size_t end = bytes_.size();
  for (std::size_t back = 22; back <= bytes_.size() && back <= 22 + 65535 && end == bytes_.size(); ++back)
    if (number_at(bytes_, bytes_.size() - back, 4) == end_record) end = bytes_.size() - back;
  if (end == bytes_.size()) fail("it is no zip archive");
  std::size_t at = number_at(bytes_, end + 16, 4);
  for (std::size_t left = number_at(bytes_, end + 10, 2); left > 0; --left) {
    if (number_at(bytes_, at, 4) != central_record) fail("its list of files is damaged");
    const std::size_t name = number_at(bytes_, at + 28, 2), extra = number_at(bytes_, at + 30, 2),
                      comment = number_at(bytes_, at + 32, 2);
    if (at + 46 + name > bytes_.size()) fail("its list of files is damaged");
    entries_[bytes_.substr(at + 46, name)] = {number_at(bytes_, at + 42, 4), number_at(bytes_, at + 20, 4),
                                              number_at(bytes_, at + 24, 4),
                                              static_cast<unsigned>(number_at(bytes_, at + 10, 2)),
                                              static_cast<unsigned long>(number_at(bytes_, at + 16, 4))};
    at += 46 + name + extra + comment;
  }
}

void Zip::fail(const std::string& why) const { throw InputError({file_.string(), 0, 0}, "cannot read: " + why); }

std::string Zip::read(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) fail(std::format("there is no '{}' in it", name));
  const Entry& entry = found->second;
  if (number_at(bytes_, entry.offset, 4) != local_record) fail(std::format("'{}' in it is damaged", name));
  const std::size_t begin =
      entry.offset + 30 + number_at(bytes_, entry.offset + 26, 2) + number_at(bytes_, entry.offset + 28, 2);
  if (begin > bytes_.size() || entry.packed > bytes_.size() - begin || entry.size > (std::size_t{1} << 31))
    fail(std::format("'{}' in it is damaged", name));
  // A list may promise any size; sheets pack by ten to fifty.
  if (entry.size > (std::size_t{1} << 24) && entry.size > 200 * entry.packed)
    fail(std::format("'{}' in it unpacks to {} bytes, far more than it should", name, entry.size));
  std::string text(entry.size, '\0');
  if (entry.method == 0) {
    text = bytes_.substr(begin, entry.size);
  } else if (entry.method == 8) {
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data() + begin));
    stream.avail_in = static_cast<uInt>(entry.packed);
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail("out of memory");
    const int code = inflate(&stream, Z_FINISH);
    const bool whole = code == Z_STREAM_END && stream.total_out == text.size();
    inflateEnd(&stream);
    if (!whole) fail(std::format("'{}' in it is damaged", name));
  } else {
    fail(std::format("'{}' in it is packed in an unknown way ({})", name, entry.method));
  }
  if (crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())) != entry.checksum)
    fail(std::format("'{}' in it is damaged (checksum)", name));
  return text;
}

}  // namespace stargate::report
