#pragma once

/// The version of these headers, for the preprocessor. A test holds it against CMake's.
#define BROADCAST_HUB_VERSION_MAJOR 0
#define BROADCAST_HUB_VERSION_MINOR 1
#define BROADCAST_HUB_VERSION_PATCH 0
#define BROADCAST_HUB_VERSION "0.1.0"
