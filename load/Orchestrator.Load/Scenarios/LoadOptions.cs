using System.CommandLine;
using Orchestrator.Load.Reporting;

namespace Orchestrator.Load.Scenarios;

/// <summary>The options that every scenario has.</summary>
internal sealed class LoadOptions
{
    private readonly Option<int> _rounds = new("--rounds") { Description = "Rounds of each case; the median is reported.", DefaultValueFactory = _ => 3 };
    private readonly Option<double> _seconds = new("--seconds") { Description = "Duration of a round.", DefaultValueFactory = _ => 5 };
    private readonly Option<double> _warmUp = new("--warm-up") { Description = "Seconds of load before each case that are not counted.", DefaultValueFactory = _ => 3 };
    private readonly Option<ReportFormat> _output = new("--output", "-o") { Description = "How the report is printed.", DefaultValueFactory = _ => ReportFormat.Table };

    public LoadOptions(Command command)
    {
        command.Options.Add(_rounds);
        command.Options.Add(_seconds);
        command.Options.Add(_warmUp);
        command.Options.Add(_output);
    }

    public LoadSettings Read(ParseResult parsed) => new(
        Math.Max(1, parsed.GetValue(_rounds)),
        TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
        TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
        parsed.GetValue(_output));
}

internal sealed record LoadSettings(int Rounds, TimeSpan RoundDuration, TimeSpan WarmUp, ReportFormat Format);
