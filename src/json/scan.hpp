#pragma once

// The innermost loops of reading JSON, and the memory they write to.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace instructor::json {

/// Raw memory that keeps its size from use to use.
class Buffer {
 public:
  void clear() { size_ = 0; }
  /// Room for `more` bytes after those in use.
  char* reserve(std::size_t more) {
    if (capacity_ - size_ < more) grow(more);
    return data_.get() + size_;
  }
  void append(const char* begin, const char* end) {
    const auto count = static_cast<std::size_t>(end - begin);
    if (count == 0) return;
    std::memcpy(reserve(count), begin, count);
    size_ += count;
  }
  void append(char c) {
    *reserve(1) = c;
    ++size_;
  }
  /// So many of the bytes reserved are in use.
  void commit(std::size_t count) { size_ += count; }
  std::string_view view() const { return {data_.get(), size_}; }

 private:
  void grow(std::size_t more) {
    std::size_t capacity = capacity_ == 0 ? 256 : capacity_ * 2;
    while (capacity - size_ < more) capacity *= 2;
    std::unique_ptr<char[]> data(new char[capacity]);
    if (size_ != 0) std::memcpy(data.get(), data_.get(), size_);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

constexpr bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_number_char(char c) {
  return is_digit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
}

template <class Word>
bool same_word(const char* a, const char* b) {
  Word v;
  Word w;
  std::memcpy(&v, a, sizeof v);
  std::memcpy(&w, b, sizeof w);
  return v == w;
}

/// Does `text`, which is not empty, stand at `a`? Without a call: words from the front, and one that ends with it.
inline bool same_text(const char* a, std::string_view text) {
  const char* const b = &text[0];
  const std::size_t size = text.size();
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8)
      if (!same_word<std::uint64_t>(a + i, b + i)) return false;
    return same_word<std::uint64_t>(a + size - 8, b + size - 8);
  }
  if (size >= 4) return same_word<std::uint32_t>(a, b) && same_word<std::uint32_t>(a + size - 4, b + size - 4);
  if (size >= 2) return same_word<std::uint16_t>(a, b) && same_word<std::uint16_t>(a + size - 2, b + size - 2);
  return *a == *b;
}

#if defined(__SSE2__)
/// A bit for each byte that is a quote, a backslash, a control character or not ASCII.
inline int special_bytes(__m128i w) {
  const __m128i quote = _mm_cmpeq_epi8(w, _mm_set1_epi8('"'));
  const __m128i slash = _mm_cmpeq_epi8(w, _mm_set1_epi8('\\'));
  const __m128i beyond = _mm_cmplt_epi8(w, _mm_set1_epi8(0x20));  // as signed bytes: above 0x7F too
  return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), beyond));
}
#endif

/// The first byte from `p` on that is a quote, a backslash, a control character or not ASCII.
inline const char* skip_plain(const char* p, const char* end) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t high = 0x8080808080808080;
#if defined(__SSE2__)
  while (end - p >= 16) {
    const int special = special_bytes(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
    if (special != 0) return p + std::countr_zero(static_cast<unsigned>(special));
    p += 16;
  }
#endif
  while (end - p >= 8) {
    std::uint64_t w;
    std::memcpy(&w, p, sizeof w);
    const std::uint64_t quote = w ^ (ones * '"');
    const std::uint64_t slash = w ^ (ones * '\\');
    // A high bit for each byte below 0x20, equal to one of the two, or above 0x7F. A borrow can flag a byte too
    // many, never one too few, and only above the first.
    const std::uint64_t special = ((w - ones * 0x20) | (quote - ones) | (slash - ones) | w) & high;
    if (special != 0) {
      if constexpr (std::endian::native == std::endian::little) return p + (std::countr_zero(special) >> 3);
      break;
    }
    p += 8;
  }
  while (p != end) {
    const auto c = static_cast<unsigned char>(*p);
    if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
    ++p;
  }
  return p;
}

/// Appends to `out` what skip_plain skips.
inline const char* copy_plain(const char* p, const char* end, Buffer& out) {
#if defined(__SSE2__)
  while (end - p >= 16) {
    const __m128i w = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out.reserve(16)), w);
    const int special = special_bytes(w);
    const int plain = special != 0 ? std::countr_zero(static_cast<unsigned>(special)) : 16;
    out.commit(static_cast<std::size_t>(plain));
    p += plain;
    if (special != 0) return p;
  }
#endif
  const char* const stop = skip_plain(p, end);
  out.append(p, stop);
  return stop;
}

struct ShortNumber {
  const char* stop = nullptr;  ///< just after it; null: not short, not whole in sight, or no number
  bool whole = false;
  std::int64_t integer = 0;
  double floating = 0;
};

/// Numbers of up to 18 digits without an exponent, nearly all there are, in one look.
inline ShortNumber scan_short_number(const char* p, const char* end) {
  constexpr std::array<double, 19> powers_of_ten{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                                 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  const bool negative = *p == '-';
  if (negative) ++p;
  const char* const first = p;
  std::uint64_t digits = 0;
  while (p != end && is_digit(*p)) digits = digits * 10 + static_cast<std::uint64_t>(*p++ - '0');
  const auto whole_digits = p - first;
  if (whole_digits == 0 || (*first == '0' && whole_digits != 1)) return {};
  std::ptrdiff_t decimals = 0;
  if (p != end && *p == '.') {
    const char* const point = p++;
    while (p != end && is_digit(*p)) digits = digits * 10 + static_cast<std::uint64_t>(*p++ - '0');
    decimals = p - point - 1;
    if (decimals == 0) return {};
  }
  if (whole_digits + decimals > 18 || p == end || is_number_char(*p)) return {};
  if (decimals == 0) {
    const auto value = static_cast<std::int64_t>(digits);
    return {p, true, negative ? -value : value, 0};
  }
  // Exact digits over an exact power of ten are rounded once: the nearest double.
  if (digits > std::uint64_t{1} << 53) return {};
  const double value = static_cast<double>(digits) / powers_of_ten[static_cast<std::size_t>(decimals)];
  return {p, false, 0, negative ? -value : value};
}

}  // namespace instructor::json
