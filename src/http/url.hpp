#pragma once

#include <string>
#include <string_view>

namespace instructor {

/// Throws Error (`invalid_configuration`) unless `url` is http or https, with a host, and without user, password, query
/// and fragment. The message never repeats a password.
void check_base_url(std::string_view url);

/// `api.openai.com` of `https://api.openai.com/v1`; for messages.
std::string host_of(std::string_view url);

/// `text` with every byte but ASCII letters, digits and `-._~` as %XX (RFC 3986, section 2.1): fit for a segment of a
/// path, a parameter of a query, and a form.
std::string percent_encoded(std::string_view text);

}  // namespace instructor
