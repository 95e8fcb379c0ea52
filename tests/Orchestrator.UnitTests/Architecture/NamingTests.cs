using System.Text.RegularExpressions;

namespace Orchestrator.UnitTests.Architecture;

/// <summary>Names that say nothing are not names, and files stay short enough to be read whole.</summary>
public sealed partial class NamingTests
{
    private const int LongestFileLines = 400;
    private const int MedianFileLines = 100;

    [Fact]
    public void No_folder_collects_leftovers()
    {
        var folders = Repository.Files.SelectMany(file => file.Split('/')[..^1]).Distinct();
        Assert.DoesNotContain(folders, folder => folder.Split('.').Any(part => EmptyFolder().IsMatch(part)));
    }

    [Fact]
    public void No_type_has_an_empty_name()
    {
        var types = Repository.SourceFiles.SelectMany(file =>
            TypeDeclaration().Matches(Repository.ReadText(file)).Select(match => $"{file}: {match.Groups["name"].Value}"));
        Assert.DoesNotContain(types, type => EmptyType().IsMatch(type));
    }

    [Fact]
    public void No_file_is_longer_than_the_cap()
    {
        var tooLong = Repository.SourceFiles.Select(file => (File: file, Lines: LineCount(file))).Where(file => file.Lines > LongestFileLines);
        Assert.Empty(tooLong);
    }

    [Theory]
    [InlineData("src/")]
    [InlineData("tests/")]
    public void The_median_file_is_short(string folder)
    {
        var lengths = Repository.SourceFiles.Where(file => file.StartsWith(folder, StringComparison.Ordinal)).Select(LineCount).Order().ToList();
        Assert.InRange(lengths[lengths.Count / 2], 1, MedianFileLines);
    }

    [Fact]
    public void The_top_level_holds_what_the_design_names()
    {
        string[] expected = ["Orchestrator.sln", "README.md", "charts", "docker-compose.yml", "docs", "load", "src", "tests"];
        string[] toolSettings = ["Directory.Build.props", "Directory.Packages.props", "global.json"];
        var present = Repository.Files.Select(file => file.Split('/')[0]).Distinct().Where(name => !name.StartsWith('.'));
        Assert.Equal(expected.Concat(toolSettings).Order(StringComparer.Ordinal), present.Order(StringComparer.Ordinal));
    }

    private static int LineCount(string file) => Repository.ReadText(file).Count(c => c == '\n');

    [GeneratedRegex("^(Common|Helpers?|Utils?|Utilities|Abstractions|Misc|Shared|Infrastructure)$")]
    private static partial Regex EmptyFolder();

    [GeneratedRegex(@"(?:Manager|Helpers?|Utils?|Utility|Common|Processor|Base)(?:Tests)?$")]
    private static partial Regex EmptyType();

    [GeneratedRegex(@"^\s*(?:(?:public|internal|private|protected|static|sealed|abstract|partial|readonly|file|ref|unsafe)\s+)*(?:class|interface|struct|record(?:\s+(?:class|struct))?|enum)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();
}
