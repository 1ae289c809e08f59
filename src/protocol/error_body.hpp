#pragma once

// What providers say when something went wrong. Their spellings differ little enough to be read in one place.

#include <string_view>

#include "instructor/error.hpp"

namespace instructor {

/// Code and message of an error response:
///
///   {"error": {"message": "...", "type": "...", "code": "..." or 429}}     OpenAI and most others
///   {"__type": "...", "message": "..."}                                    AWS, also `Message`
///   {"error": "..."}  {"message": "..."}  {"detail": "..."}                various servers
///   anything else: the start of the text, or that there is none
ErrorDetail error_from_body(int status, std::string_view body);

/// A response of status 200 that is no reply of the protocol.
Error not_a_reply(std::string_view why, std::string_view body);

/// What a status means when the body does not say more.
ErrorCode code_for_status(int status);

}  // namespace instructor
