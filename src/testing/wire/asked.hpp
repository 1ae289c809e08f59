#pragma once

// Reading requests: anything may be missing, or of another type.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "instructor/served.hpp"

namespace instructor::testing::wire {

/// What follows the host of a URL; of a path, all of it.
std::string_view path_of(std::string_view url);
std::string_view without_query(std::string_view path);

/// The text with %XX undone.
std::string percent_decoded(std::string_view text);

/// The value of a header, whatever the case of its name; empty: there is none.
std::string_view header(const HttpRequest& request, std::string_view name);

/// The member below these keys; null where there is none, or it is JSON null.
const Json* find(const Json& value, std::initializer_list<std::string_view> keys);

/// The text, or the truth, there.
std::string text_at(const Json& value, std::initializer_list<std::string_view> keys);
bool is_true_at(const Json& value, std::initializer_list<std::string_view> keys);

/// The value there as JSON text; empty where there is none.
std::string json_at(const Json& value, std::initializer_list<std::string_view> keys);

/// The elements of the list there.
const Json& list_at(const Json& value, std::initializer_list<std::string_view> keys);

/// Is there a list there that is not empty?
bool has_list_at(const Json& value, std::initializer_list<std::string_view> keys);

/// Adds the texts of a message, or of several: what is under the keys by which protocols know text and its parts.
void add_texts(std::string& conversation, const Json* value);

/// Has one of the messages this role?
bool has_role(const Json& messages, std::string_view role);

/// Tools of the form {"function": {"name", "parameters"}}.
std::vector<OfferedTool> function_tools(const Json& body);

}  // namespace instructor::testing::wire
