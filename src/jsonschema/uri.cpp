#include "jsonschema/uri.hpp"

namespace instructor::jsonschema {

namespace {

struct Parts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

Parts parts_of(std::string_view uri) {
  Parts parts;
  const SplitUri split = split_fragment(uri);
  parts.fragment = split.fragment;
  std::string_view rest = split.resource;
  if (const std::optional<std::size_t> length = core::formats::scheme_length(rest)) {
    parts.scheme = rest.substr(0, *length);
    rest.remove_prefix(*length + 1);
  }
  if (const std::size_t mark = rest.find('?'); mark != rest.npos) {
    parts.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    parts.authority = rest.substr(0, slash);
    rest.remove_prefix(slash);
  }
  parts.path = rest;
  return parts;
}

std::string without_dots(std::string_view path) {
  std::string out;
  const auto drop_last = [&] {
    const std::size_t slash = out.rfind('/');
    out.resize(slash == out.npos ? 0 : slash);
  };
  while (!path.empty()) {
    if (path.starts_with("../")) {
      path.remove_prefix(3);
    } else if (path.starts_with("./")) {
      path.remove_prefix(2);
    } else if (path.starts_with("/./")) {
      path.remove_prefix(2);
    } else if (path == "/.") {
      path = "/";
    } else if (path.starts_with("/../")) {
      path.remove_prefix(3);
      drop_last();
    } else if (path == "/..") {
      path = "/";
      drop_last();
    } else if (path == "." || path == "..") {
      path = {};
    } else {
      const std::size_t slash = std::min(path.find('/', 1), path.size());
      out += path.substr(0, slash);
      path.remove_prefix(slash);
    }
  }
  return out;
}

std::string merged(const Parts& base, std::string_view path) {
  if (base.authority && base.path.empty()) return "/" + std::string(path);
  const std::size_t slash = base.path.rfind('/');
  return std::string(slash == base.path.npos ? std::string_view{} : base.path.substr(0, slash + 1)).append(path);
}

}  // namespace

SplitUri split_fragment(std::string_view uri) {
  const std::size_t hash = uri.find('#');
  if (hash == uri.npos) return {uri, std::nullopt};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base_text, std::string_view reference) {
  const Parts base = parts_of(base_text);
  const Parts given = parts_of(reference);
  std::optional<std::string_view> scheme = given.scheme;
  std::optional<std::string_view> authority = given.authority;
  std::optional<std::string_view> query = given.query;
  std::string path;
  // The path of a URN has no folders to leave.
  const auto cleaned = [&](std::string_view text) {
    return scheme && !authority && !text.starts_with('/') ? std::string(text) : without_dots(text);
  };
  if (given.scheme || given.authority) {
    if (!scheme) scheme = base.scheme;
    path = cleaned(given.path);
  } else {
    scheme = base.scheme;
    authority = base.authority;
    if (given.path.empty()) {
      path = base.path;
      if (!query) query = base.query;
    } else {
      path = cleaned(given.path.starts_with('/') ? std::string(given.path) : merged(base, given.path));
    }
  }
  std::string out;
  if (scheme) out.append(*scheme).append(":");
  if (authority) out.append("//").append(*authority);
  out += path;
  if (query) out.append("?").append(*query);
  if (given.fragment) out.append("#").append(*given.fragment);
  return out;
}

}  // namespace instructor::jsonschema
