using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;

namespace Orchestrator.IntegrationTests.LoadTests;

/// <summary>A picture: width, height, and three bytes for each of its points, row by row.</summary>
internal sealed record Picture(int Width, int Height, byte[] Points)
{
    /// <summary>How many points have that colour, within a few steps: edges are smoothed.</summary>
    public int Count(int red, int green, int blue)
    {
        var count = 0;
        for (var i = 0; i < Points.Length; i += 3)
        {
            count += Math.Abs(Points[i] - red) < 4 && Math.Abs(Points[i + 1] - green) < 4 && Math.Abs(Points[i + 2] - blue) < 4 ? 1 : 0;
        }

        return count;
    }
}

/// <summary>A real browser without a window, which takes pictures of pages.</summary>
internal static class Browser
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome"];

    public static async Task<Picture> ShootAsync(string page, string file, int width, int height, CancellationToken cancel)
    {
        var program = Programs.SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(directory => Path.Combine(directory, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("no browser is installed: orchestrator lab deps --install");
        var profile = Directory.CreateTempSubdirectory("orchestrator-browser-");
        try
        {
            // Root may not use the sandbox; /dev/shm is small in containers.
            var start = new ProcessStartInfo(
                program,
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-color-profile=srgb", "--blink-settings=preferredColorScheme=1",
                    $"--user-data-dir={profile.FullName}", $"--window-size={width},{height}", $"--screenshot={file}", new Uri(page).AbsoluteUri,
                ])
            { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
            using var browser = Process.Start(start)!;
            var errors = browser.StandardError.ReadToEndAsync(cancel);
            _ = browser.StandardOutput.ReadToEndAsync(cancel);
            await browser.WaitForExitAsync(cancel);
            return File.Exists(file) ? Decode(await File.ReadAllBytesAsync(file, cancel)) : throw new InvalidOperationException($"the browser took no picture: {await errors}");
        }
        finally
        {
            profile.Delete(recursive: true);
        }
    }

    /// <summary>Decodes PNG of 8 bits a channel with or without alpha, as browsers write it (RFC 2083).</summary>
    private static Picture Decode(byte[] png)
    {
        var (width, height, channels) = (0, 0, 3);
        using var packed = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var data = png.AsSpan(at + 8, length);
            switch (System.Text.Encoding.ASCII.GetString(png, at + 4, 4))
            {
                case "IHDR":
                    (width, height, channels) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[9] == 6 ? 4 : 3);
                    break;
                case "IDAT":
                    packed.Write(data);
                    break;
            }

            at += length + 12;
        }

        packed.Position = 0;
        using var zlib = new ZLibStream(packed, CompressionMode.Decompress);
        var points = new byte[width * height * 3];
        var (above, row) = (new byte[width * channels], new byte[width * channels]);
        for (var y = 0; y < height; y++)
        {
            var filter = zlib.ReadByte();
            zlib.ReadExactly(row);
            Unfilter(filter, row, above, channels);
            for (var x = 0; x < width; x++)
            {
                row.AsSpan(x * channels, 3).CopyTo(points.AsSpan(((y * width) + x) * 3));
            }

            (above, row) = (row, above);
        }

        return new Picture(width, height, points);
    }

    private static void Unfilter(int filter, byte[] row, byte[] above, int channels)
    {
        for (var i = 0; i < row.Length; i++)
        {
            int left = i >= channels ? row[i - channels] : 0, up = above[i], corner = i >= channels ? above[i - channels] : 0;
            row[i] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) });
        }
    }

    private static int Paeth(int left, int up, int corner)
    {
        var guess = left + up - corner;
        var (a, b, c) = (Math.Abs(guess - left), Math.Abs(guess - up), Math.Abs(guess - corner));
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }
}
