namespace UserAdmin.Web.Api;

/// <summary>Words of the query that name one of a few things, as the bodies name them.</summary>
internal static class ApiChoice
{
    public const string DefaultReason = "Through the API";

    /// <summary>Null when the word names one of the values, or there is none; else 400.</summary>
    public static IResult? Refuse<T>(HttpContext http, string field, string? word, T otherwise, out T value) where T : struct, Enum
    {
        value = otherwise;
        if (word is null or "")
            return null;
        foreach (var known in Enum.GetValues<T>())
            if (ApiJson.NameOf($"{known}") == word)
            {
                value = known;
                return null;
            }
        return ApiAnswers.Invalid(http, field, $"Choose one of: {string.Join(", ", Enum.GetNames<T>().Select(ApiJson.NameOf))}.");
    }

    /// <summary>The record, or 404 where there is none that the caller may see.</summary>
    public static IResult Found<T, TView>(HttpContext http, T? found, Func<T, TView> view) where T : class where TView : class =>
        found is null ? ApiAnswers.NotFound(http) : ApiAnswers.Record(http, view(found));
}
