#pragma once

// The documents of a schema, cut into resources: every `$id` begins one. Finds what references refer to.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "jsonschema/dialect.hpp"
#include "model/expect.hpp"

namespace instructor::jsonschema {

/// A schema in a document.
struct Place {
  const Json* schema = nullptr;
  std::uint32_t resource = 0;
  std::string pointer{};  ///< for messages: a JSON pointer, after the URI of the document where that is not the first
};

struct Resource {
  std::string uri;  ///< without fragment
  Place root;
  Dialect dialect;
  std::map<std::string, Place, std::less<>> anchors{};          ///< dynamic ones too
  std::map<std::string, Place, std::less<>> dynamic_anchors{};  ///< only those
};

using core::refuse;
using core::shown;

/// `pointer` with another step; cut where it would get long.
std::string below(const std::string& pointer, std::string_view step);
std::string below(const std::string& pointer, std::size_t step);

class Resources {
 public:
  /// Both must outlive this.
  Resources(const Json& document, const SchemaOptions& options);

  Place root() const { return resources_.front().root; }
  const Resource& operator[](std::uint32_t index) const { return resources_[index]; }
  std::size_t size() const { return resources_.size(); }

  /// A step further inside: the same resource, unless another one begins there.
  Place inside(const Place& outer, const Json& schema, std::string pointer) const;

  /// What the reference refers to that stands at `pointer`; throws when there is no such thing.
  Place find(std::string_view reference, std::uint32_t resource, const std::string& pointer);

 private:
  std::uint32_t add_document(const std::string& uri, const Json& document, const Dialect& inherited);
  void scan(const Place& root);
  void scan_keyword(const KeywordRow& row, const Json& value, const Place& place, std::deque<Place>& queue);
  void name_place(const Place& place, const Json& schema, Keyword keyword);
  std::uint32_t begin_resource(const Json& schema, const std::string& uri, const Dialect& dialect, std::string pointer);
  /// What a new document is read as, or an embedded resource.
  Dialect dialect_for(const Json& schema, const Dialect& inherited, const std::string& pointer);
  Dialect described_by(const Json& metaschema, const std::string& pointer) const;
  /// The document of this URI, known or given; null where there is none.
  const Json* document_of(const std::string& uri);
  Place follow(const Place& root, std::string_view json_pointer, std::string_view reference,
               const std::string& pointer);
  /// A member of an object that may be large: found by hash.
  const Json* indexed_member(const Json& object, std::string_view name);

  const SchemaOptions& options_;
  std::deque<Resource> resources_;
  std::deque<Json> metaschemas_;
  std::map<std::string, std::uint32_t, std::less<>> by_uri_;
  std::unordered_map<const Json*, std::uint32_t> by_root_;
  std::unordered_map<const Json*, std::unordered_map<std::string_view, const Json*>> members_;
};

}  // namespace instructor::jsonschema
