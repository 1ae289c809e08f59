#pragma once

#include <stdexcept>
#include <string>

#include <zlib.h>

namespace instructor::support {

/// As a server packs a body. Enough room for what cannot be packed is not made: it is for what can.
inline std::string gzip(const std::string& text) {
  std::string out(text.size() / 500 + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
  std::string input = text;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("it cannot be packed");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace instructor::support
