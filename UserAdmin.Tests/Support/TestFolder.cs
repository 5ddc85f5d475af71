namespace UserAdmin.Tests.Support;

public static class TestFolder
{
    /// <summary>Deletes a folder even while a server that has just been stopped still writes its last file into it.</summary>
    public static void Delete(string path)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                Directory.Delete(path, recursive: true);
                return;
            }
            catch (IOException) when (attempt < 100 && Directory.Exists(path))
            {
                Thread.Sleep(50);
            }
    }
}
