#pragma once

/// What a program says about itself. CMake writes it from the comment at the top of its source,
/// where a line such as "chat [PORT]: ..." says which arguments it takes.
struct about_program {
  const char* name;
  const char* text;
  int most_arguments;  ///< beside the flags that all of them know
};

extern const about_program about;
