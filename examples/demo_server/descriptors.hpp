#pragma once

#include <string>

namespace demo {

/// Raises the soft limit of open descriptors to the hard one, because each connection takes one,
/// and says in a sentence what it did.
std::string raise_descriptor_limit();

}  // namespace demo
