#pragma once

/// The library's version. CMake reads it from here.
#define INSTRUCTOR_VERSION_MAJOR 0
#define INSTRUCTOR_VERSION_MINOR 1
#define INSTRUCTOR_VERSION_PATCH 0
#define INSTRUCTOR_VERSION "0.1.0"
