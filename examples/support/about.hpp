#pragma once

/// What a program says about itself. CMake writes it from the comment at the top of its source.
struct about_program {
  const char* name;
  const char* text;
  bool takes_arguments;  ///< beside the flags that all of them know
};

extern const about_program about;
