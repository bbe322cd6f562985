/** What was read: documents with their lines, the inventory of all objects, and what is wrong with them. */
@NullMarked
package dev.exchequer.operator.model;

import org.jspecify.annotations.NullMarked;
