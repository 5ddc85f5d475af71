using System.Security.Cryptography;
using System.Text;

namespace UserAdmin.Tests.Support;

/// <summary>Where the keys and checkpoints of tests are that say no folder of their own. The files are named after their keys, so databases don't meet in it.</summary>
internal static class AuditFiles
{
    private static readonly Lazy<string> Folder = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("useradmin-test-audit-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => TestFolder.Delete(folder);
        return folder;
    });

    public static string Keys => Path.Combine(Folder.Value, "keys");

    /// <summary>A file for each database: a checkpoint of another log in it is an alarm, as it has to be.</summary>
    public static string Checkpoints(string connectionString) =>
        Path.Combine(Folder.Value, $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(connectionString)))}.txt");
}
