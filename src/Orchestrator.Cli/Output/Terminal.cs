using Spectre.Console;

namespace Orchestrator.Cli.Output;

/// <summary>Standard output as a console that knows whether anybody looks: colours and spinners on a terminal only (and never with NO_COLOR), wide lines elsewhere.</summary>
internal static class Terminal
{
    private const int WidthWhenRedirected = 200;

    public static IAnsiConsole Console { get; } = Create(System.Console.Out, System.Console.IsOutputRedirected);

    public static IAnsiConsole Create(TextWriter output, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(output),
        });
        if (redirected)
        {
            // Nothing is to be wrapped that a program reads.
            console.Profile.Width = WidthWhenRedirected;
        }

        return console;
    }
}
