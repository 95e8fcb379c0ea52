using System.Text;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Output.Html;

/// <summary>Writes pages to files.</summary>
internal static class HtmlFile
{
    /// <exception cref="CommandFailedException">The file cannot be written.</exception>
    public static void Write(string path, Action<TextWriter> page)
    {
        try
        {
            using var writer = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            page(writer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"page {path} cannot be written: {error.Message}", error);
        }
    }
}
