using System.CommandLine;
using Orchestrator.Cli.Commands;

namespace Orchestrator.UnitTests.Cli;

/// <summary>Every command of the real command line helps and is parsed as documented.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string> Commands => [.. AllCommands(OrchestratorRoot.Create(), "")];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_helps(string path)
    {
        using var output = new StringWriter();
        var exitCode = OrchestratorRoot.Create().Parse($"{path} --help").Invoke(new InvocationConfiguration { Output = output });
        Assert.Equal(0, exitCode);
        Assert.Contains("Usage:", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lab up --frob", "'orchestrator lab up' knows no '--frob'; see 'orchestrator lab up --help'")]
    [InlineData("frob", "'orchestrator' knows no 'frob'; see 'orchestrator --help'")]
    [InlineData("lab up --nodes 2", null)]
    public void What_a_command_does_not_know_is_named(string line, string? complaint) =>
        Assert.Equal(complaint, OrchestratorRoot.ComplaintOf(OrchestratorRoot.Create().Parse(line)));

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_and_option_is_described(string path)
    {
        var command = OrchestratorRoot.Create().Parse(path).CommandResult.Command;
        Assert.False(string.IsNullOrEmpty(command.Description));
        Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Examples_in_help_are_accepted_by_the_parser(string path)
    {
        using var output = new StringWriter();
        OrchestratorRoot.Create().Parse($"{path} --help").Invoke(new InvocationConfiguration { Output = output });
        var examples = output.ToString().Split("Examples:", 2).ElementAtOrDefault(1)?.Split('\n') ?? [];
        Assert.All(
            examples.Select(line => line.Trim()).Where(line => line.StartsWith("orchestrator ", StringComparison.Ordinal)),
            line => Assert.Empty(OrchestratorRoot.Create().Parse(line["orchestrator ".Length..]).Errors));
    }

    [Theory]
    [InlineData("lab up --nodes 0")]
    [InlineData("lab up --nodes 33")]
    [InlineData("lab up --nodes x")]
    [InlineData("apply")]
    [InlineData("get pods -o csv")]
    [InlineData("nothing")]
    public void Refuses(string line) => Assert.NotEmpty(OrchestratorRoot.Create().Parse(line).Errors);

    private static IEnumerable<string> AllCommands(Command command, string path) =>
        command.Subcommands.Where(child => !child.Hidden).SelectMany(child => AllCommands(child, $"{path} {child.Name}".Trim())).Prepend(path).Where(line => line.Length > 0);
}
