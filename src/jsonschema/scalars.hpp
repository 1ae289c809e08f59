#pragma once

// Rules of numbers and strings: whether a value keeps them, and what is said where it does not.

#include <string>

#include "instructor/issue.hpp"
#include "jsonschema/program.hpp"

namespace instructor::jsonschema {

bool keeps(const NumberRules& rules, const Json& value);
bool keeps(const StringRules& rules, const std::string& text);
bool is_allowed(const AllowedValues& allowed, const Json& value);

/// Adds what is wrong with the value at `path`; nothing, where it keeps the rules.
void explain(const NumberRules& rules, const Json& value, const std::string& path, Issues& issues);
void explain(const StringRules& rules, const std::string& text, const std::string& path, Issues& issues);
void explain(const AllowedValues& allowed, const Json& value, const std::string& path, Issues& issues);

/// A value of none of these types.
Issue wrong_type(TypeSet types, const Json& value, std::string path, bool named_members);

/// `integer or null`.
std::string type_words(TypeSet types);

/// The value as JSON text, cut to what an issue shows.
std::string received_text(const Json& value);

}  // namespace instructor::jsonschema
