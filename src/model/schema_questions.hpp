#pragma once

// Small questions about a JSON Schema, answered from its keywords alone.

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "instructor/json.hpp"

namespace instructor::core {

/// The value of a keyword. Null: it is not there.
const Json* find_keyword(const Json& schema, std::string_view keyword);

/// Does the keyword stand in the list?
bool is_one_of(std::span<const std::string_view> keywords, std::string_view keyword);

/// Has it a keyword that restricts values in ways that tables do not express?
bool goes_beyond_tables(const Json& schema);

/// Has it keywords other than these, and other than those that restrict nothing?
bool has_others(const Json& schema, std::initializer_list<std::string_view> known);

/// Is there a schema inside with an address of its own? References then do not mean what they seem to.
bool has_id_below(const Json& document);

/// Is it of a published draft, as far as it says?
bool is_of_known_draft(const Json& document);

/// What `type` calls the type of a value; a number written without a fraction is an integer.
std::string_view type_of_value(const Json& value);

/// Integers are numbers as well.
bool is_of_type(const Json& value, std::string_view type);

/// Are all values of `enum` or `const` of the types that `type` names?
bool are_of_types(const Json& schema);

/// Is the keyword about values of this type, or of all?
bool concerns(std::string_view keyword, std::string_view type);

/// Of how many types there are keywords.
std::size_t keywords_of_types(const Json& schema);

/// The type that the keywords are about; empty when any will do.
std::string implied_type(const Json& schema);

}  // namespace instructor::core
