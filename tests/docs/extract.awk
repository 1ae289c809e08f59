# Takes the code blocks out of a page.
#
#   awk -v page=README -v out=DIR -f extract.awk README.md
#
# ```cpp with a main is a program of its own: DIR/<page>_program_<n>.cpp. ```cpp that defines a coroutine stands before the
# functions that are made of the others, and what it defines is for all of them. ```cpp without one is the body of a function
# that is given a client; all of a page go into DIR/<page>_fragments.cpp. ```sh goes into DIR/<page>_<n>.sh, ```json into
# DIR/<page>_<n>.json, ```cmake into DIR/<page>_<n>.cmake.

function flush_block(  name, i) {
  if (language == "cpp" && text ~ /int main\(/) {
    name = out "/" page "_program_" ++programs ".cpp"
    printf "#line %d \"%s\"\n%s", first, FILENAME, includes text > name
    close(name)
  } else if (language == "cpp" && text ~ /(^|\n)Task<[^\n=]*\(/) {
    all_includes = all_includes includes
    definitions = definitions sprintf("#line %d \"%s\"\n%s", first, FILENAME, text)
  } else if (language == "cpp") {
    all_includes = all_includes includes
    fragments = fragments sprintf("void fragment_%d([[maybe_unused]] const instructor::Client& client) {\n  {\n#line %d \"%s\"\n%s  }\n}\n", ++count, first, FILENAME, text)
  } else if (language == "sh" || language == "json" || language == "cmake") {
    if (language == "sh") gsub(/(^|\n)make [^\n]*/, "", text)
    if (text !~ /[^ \n]/) return
    name = out "/" page "_" (++others) "." language
    printf "%s", text > name
    close(name)
  }
}

/^```/ {
  if (inside) {
    flush_block()
    inside = 0
  } else {
    language = substr($0, 4)
    inside = 1
    text = ""
    includes = ""
    first = FNR + 1
  }
  next
}

inside {
  if (language == "cpp" && $0 ~ /^#include/) {
    includes = includes $0 "\n"
    text = text "\n"
  } else {
    text = text $0 "\n"
  }
}

END {
  if (!count) exit
  name = out "/" page "_fragments.cpp"
  printf "#include \"docs/fragments.hpp\"\n%s\nusing namespace instructor;\nusing namespace std::chrono_literals;\n\n%s\n%s\n", all_includes, definitions, fragments > name
  printf "int main() {\n  return docs::run({" >> name
  for (i = 1; i <= count; ++i) printf "%sfragment_%d", (i == 1 ? "" : ", "), i >> name
  printf "});\n}\n" >> name
}
