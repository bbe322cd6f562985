/** The commands for people: they ask the admin API of a running gateway and print tables, or with {@code -o json} the API's own JSON. */
@NullMarked
package dev.exchequer.cli.admin;

import org.jspecify.annotations.NullMarked;
