@NullMarked
package dev.exchequer.cli.admin;

import org.jspecify.annotations.NullMarked;
