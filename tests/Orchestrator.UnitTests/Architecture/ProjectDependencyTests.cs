using System.Xml.Linq;

namespace Orchestrator.UnitTests.Architecture;

/// <summary>The direction of dependencies between projects, as docs/architecture.md draws it.</summary>
public sealed class ProjectDependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Orchestrator.Model"] = [],
        ["Orchestrator.Store"] = ["Orchestrator.Model"],
        ["Orchestrator.Scheduling"] = ["Orchestrator.Model"],
        ["Orchestrator.Api"] = ["Orchestrator.Model", "Orchestrator.Store", "Orchestrator.Scheduling"],
        ["Orchestrator.Grains"] = ["Orchestrator.Model", "Orchestrator.Store", "Orchestrator.Scheduling"],
        ["Orchestrator.Agent"] = ["Orchestrator.Model"],
        ["Orchestrator.Cli"] =
            ["Orchestrator.Model", "Orchestrator.Store", "Orchestrator.Scheduling", "Orchestrator.Api", "Orchestrator.Grains", "Orchestrator.Agent", "Orchestrator.Load"],
    };

    // Packages that tie a project to a technology stay in the projects that are about it.
    private static readonly Dictionary<string, string[]> OnlyIn = new(StringComparer.Ordinal)
    {
        ["Npgsql"] = ["Orchestrator.Store"],
        ["Microsoft.Orleans"] = ["Orchestrator.Grains"],
        ["Grpc"] = ["Orchestrator.Agent"],
        ["Google.Protobuf"] = ["Orchestrator.Agent"],
        ["System.CommandLine"] = ["Orchestrator.Cli"],
        ["Spectre.Console"] = ["Orchestrator.Cli"],
        ["OpenTelemetry"] = ["Orchestrator.Cli"],
        ["Npgsql.OpenTelemetry"] = ["Orchestrator.Cli"],
    };

    public static TheoryData<string> Projects => [.. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_it_may(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is not in the table of projects: say what it may reference");
        var referenced = Load(project).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));
        Assert.Empty(referenced.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_the_technologies_it_is_about(string project)
    {
        var packages = Load(project).Descendants("PackageReference").Select(reference => (string)reference.Attribute("Include")!);
        var misplaced = packages.Where(package => OwnersOf(package) is { } owners && !owners.Contains(project));
        Assert.Empty(misplaced);
    }

    [Fact]
    public void What_was_compiled_agrees_with_the_project_files()
    {
        var folder = AppContext.BaseDirectory;
        foreach (var (project, allowed) in Allowed)
        {
            var file = Path.Combine(folder, project == "Orchestrator.Cli" ? "orchestrator.dll" : project + ".dll");
            Assert.True(File.Exists(file), $"{file} is missing");
            var references = System.Reflection.Assembly.LoadFrom(file).GetReferencedAssemblies().Select(name => name.Name!);
            Assert.Empty(references.Where(name => name.StartsWith("Orchestrator.", StringComparison.Ordinal)).Except(allowed));
        }
    }

    // The longest name that fits decides: Npgsql.OpenTelemetry is telemetry, not storage.
    private static string[]? OwnersOf(string package) => OnlyIn
        .Where(rule => package == rule.Key || package.StartsWith(rule.Key + ".", StringComparison.Ordinal))
        .OrderByDescending(rule => rule.Key.Length)
        .Select(rule => rule.Value)
        .FirstOrDefault();

    private static XDocument Load(string project) => XDocument.Load(Path.Combine(Repository.Root, "src", project, project + ".csproj"));
}
