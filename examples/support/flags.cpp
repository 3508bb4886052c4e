// What every example says when it is asked, so that none of them has to show how: --help,
// --version, and what is not understood. The linker puts this in front of their main (--wrap=main).

#include "about.hpp"

#include <broadcast_hub/version.hpp>

#include <iostream>
#include <string_view>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names that the linker
// gives
extern "C" int __real_main(int count, char** arguments);
extern "C" int __wrap_main(int count, char** arguments);

int __wrap_main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    const std::string_view given = arguments[i];
    if (given == "--help" || given == "-h") {
      std::cout << about.text << "\n--help says this, --version which broadcast_hub it is of.\n";
      return 0;
    }
    if (given == "--version") {
      std::cout << about.name << " of broadcast_hub " << BROADCAST_HUB_VERSION << '\n';
      return 0;
    }
    if (i > about.most_arguments || given.substr(0, 1) == "-") {
      std::cerr << about.name << ": '" << given << "' is not understood; see --help\n";
      return 2;
    }
  }
  return __real_main(count, arguments);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
