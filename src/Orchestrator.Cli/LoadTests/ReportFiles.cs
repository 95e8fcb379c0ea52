using System.Text;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Output.Html;
using Orchestrator.Load.Results;

namespace Orchestrator.Cli.LoadTests;

/// <summary>Writes the reports of a run as files.</summary>
internal static class ReportFiles
{
    /// <summary>Writes NAME.json, NAME.html, NAME.md and NAME.csv; returns their paths.</summary>
    public static IReadOnlyList<string> WriteAll(string directory, LoadRun run)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"the directory {directory} cannot be made: {error.Message}", error);
        }

        string Path(string extension) => System.IO.Path.Combine(directory, $"{run.Scenario}.{extension}");
        WriteText(Path("json"), run.ToJson() + "\n");
        HtmlFile.Write(Path("html"), writer => LoadPage.Write(run, writer));
        WriteText(Path("md"), string.Join('\n', MarkdownReport.Whole(run)) + "\n");
        WriteText(Path("csv"), string.Join('\n', CsvReport.Lines(run)) + "\n");
        return [Path("html"), Path("md"), Path("json"), Path("csv")];
    }

    public static LoadRun Read(string path)
    {
        try
        {
            return LoadRun.FromJson(path, File.ReadAllText(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{path} cannot be read: {error.Message}", error);
        }
    }

    public static void WriteText(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"{path} cannot be written: {error.Message}", error);
        }
    }
}
