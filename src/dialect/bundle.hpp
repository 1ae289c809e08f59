#pragma once

// A schema as one document that every tool reads: draft 2020-12, each reference one to "$defs".

#include <map>
#include <string>
#include <vector>

#include "instructor/json.hpp"
#include "instructor/lowering.hpp"

namespace instructor::core {

/// Whatever the document refers to stands in its "$defs" afterwards; identifiers, anchors and comments are gone. What
/// the keywords of older drafts say is said in those of 2020-12. Dynamic references are written as plain ones, which
/// `changes` tells. Throws Error (`invalid_model`) when a reference leads nowhere.
Json bundled(const Json& document, const std::map<std::string, Json>& remotes, std::vector<SchemaChange>& changes);

}  // namespace instructor::core
