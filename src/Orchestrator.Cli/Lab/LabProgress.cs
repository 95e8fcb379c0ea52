using System.Globalization;
using Spectre.Console;

namespace Orchestrator.Cli.Lab;

/// <summary>Tells what a lab command is doing: a spinner with the present step on a terminal, one line per finished step everywhere.</summary>
internal sealed class LabProgress(IAnsiConsole console, TimeProvider time)
{
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(2);

    /// <summary>Runs one step and reports it when it is done. What it throws passes through, after a line that names the step.</summary>
    public async Task StepAsync(string name, Func<Task> step)
    {
        var started = time.GetTimestamp();
        try
        {
            await SpinAsync(name, step);
        }
        catch
        {
            console.MarkupLineInterpolated($"[red]failed[/] {name}");
            throw;
        }

        var seconds = time.GetElapsedTime(started).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture);
        console.MarkupLineInterpolated($"[green]done[/]   {name} [grey]({seconds} s)[/]");
    }

    /// <summary>Says something that is no step.</summary>
    public void Note(string text) => console.MarkupLineInterpolated($"       {text}");

    private Task SpinAsync(string name, Func<Task> step) =>
        console.Profile.Capabilities.Interactive
            ? console.Status().Spinner(Spinner.Known.Dots).StartAsync(Markup.Escape(name), _ => step())
            : TellIfSlowAsync(name, step());

    // Nothing spins in a file or a pipe: whoever reads along learns there what is being waited for.
    private async Task TellIfSlowAsync(string name, Task step)
    {
        using var ended = new CancellationTokenSource();
        var slow = Task.Delay(SilenceLimit, time, ended.Token);
        if (await Task.WhenAny(step, slow) == slow)
        {
            console.MarkupLineInterpolated($"...    {name}");
        }

        await ended.CancelAsync();
        await step;
    }
}
