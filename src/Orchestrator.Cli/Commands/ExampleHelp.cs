using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.CompilerServices;

namespace Orchestrator.Cli.Commands;

/// <summary>Adds examples at the end of a command's help; lists of commands stay one line each.</summary>
internal static class ExampleHelp
{
    private static readonly ConditionalWeakTable<Command, string[]> Examples = [];

    public static Command WithExamples(this Command command, params string[] lines)
    {
        Examples.AddOrUpdate(command, lines);
        return command;
    }

    public static RootCommand ShowExamples(this RootCommand root)
    {
        var help = (HelpAction)root.Options.OfType<HelpOption>().Single().Action!;
        help.Builder.CustomizeLayout(_ => HelpBuilder.Default.GetLayout().Append(Write));
        return root;
    }

    private static bool Write(HelpContext context)
    {
        if (!Examples.TryGetValue(context.Command, out var lines))
        {
            return false;
        }

        context.Output.WriteLine("Examples:");
        foreach (var line in lines)
        {
            context.Output.WriteLine("  " + line);
        }

        return true;
    }
}
