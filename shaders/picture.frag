// The square picture in the middle of the widget: checker under what is transparent, the source
// photo to the left of the split, the letterbox around. Lengths are in device pixels, y down.
uniform sampler2D picture;
uniform sampler2D photo;
uniform vec3 square;        // left, top, side of the picture
uniform float height;       // of the widget
uniform bool has_picture;
uniform vec3 letterbox;
uniform vec3 checker_dark;
uniform vec3 checker_light;
uniform float checker_side; // of one field
uniform vec3 photo_place;   // left, top, side of the photo in shares of the picture
uniform float photo_edge;   // share of the picture left of which the photo shows
uniform float photo_opacity;

out vec4 colour;

bool inside(vec2 share)
{
    return all(greaterThanEqual(share, vec2(0.0))) && all(lessThan(share, vec2(1.0)));
}

void main()
{
    vec2 pixel = vec2(gl_FragCoord.x, height - gl_FragCoord.y) - square.xy;
    vec2 share = pixel / square.z;
    vec3 shown = letterbox;
    if (has_picture && inside(share)) {
        vec4 texel = texture(picture, share);
        vec2 field = floor(pixel / checker_side);
        vec3 under = mod(field.x + field.y, 2.0) < 0.5 ? checker_light : checker_dark;
        shown = mix(under, texel.rgb, texel.a);
        vec2 place = (share - photo_place.xy) / photo_place.z;
        if (share.x < photo_edge) {
            vec3 source = inside(place) ? texture(photo, place).rgb : letterbox;
            shown = mix(shown, source, photo_opacity);
        }
    }
    colour = vec4(shown, 1.0);
}
