package dev.datapath.e2e.bench;

import java.util.List;

/**
 * What one benchmark found.
 *
 * @param name its key in the JSON file
 * @param title its heading
 * @param setup how it was measured, in a few sentences
 * @param tables the figures for people
 * @param data the figures for programs: maps, lists, numbers and text
 * @param aims which aims they are about
 */
record Section(String name, String title, String setup, List<Table> tables, Object data, List<Aim> aims) {}
